import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { ProcessId } from '../../../../src/ports/processes.ts';
import type { Store } from '../../../../src/ports/store.ts';
import type { JournalPorts } from '../../../../src/runs/profiling/free-journal.ts';
import { journalHeader, parseJournal } from '../../../../src/runs/profiling/journal-lines.ts';
import { openJournal, withWhatIsKept } from '../../../../src/runs/profiling/open-journal.ts';
import type { ProfileOptions } from '../../../../src/runs/profiling/options.ts';
import { measuredPoint } from '../../../fixtures/world/measured-point.ts';
import { clocksMhz, cluster, engine, gpu, model } from '../../../fixtures/world/shipped.ts';
import { ourError } from '../../../fixtures/rejected.ts';

const options: ProfileOptions = {
  cluster,
  gpu,
  model,
  engine,
  instances: cluster.instances.filter(({ id }) => id === 'd0'),
  clocksMhz,
  gridClocksMhz: [690, 1410],
  budgetGpuS: 600,
  targetPct: 2,
  seed: 1,
  virtualTime: true,
};

const SELF: ProcessId = { pid: 100, startedAt: '5' };
const OTHER: ProcessId = { pid: 200, startedAt: '7' };

const memory = (files: Record<string, string> = {}) => {
  const store: Store = {
    read: async (path) => {
      const text = files[path];
      if (text === undefined) throw new VoltanaError('FILE_UNREADABLE', `Cannot read ${path}`);
      return text;
    },
    write: async (path, text) => void (files[path] = text),
    create: async (path, text) => !(path in files) && ((files[path] = text), true),
    lines: () => expect.fail('not asked for'),
    writeLines: () => Promise.reject(new Error('not asked for')),
    assertWritable: async () => undefined,
    remove: async (path) => void delete files[path],
  };
  const kindOf = async (path: string) => (path in files ? 'file' : 'missing');
  const alive: ProcessId[] = [SELF];
  const isAlive = ({ pid, startedAt }: ProcessId) => alive.some((one) => one.pid === pid && one.startedAt === startedAt);
  const ports: JournalPorts = { store, kindOf, processes: { self: SELF, isAlive } };
  return { files, alive, ports };
};

const point = (batch: number) => measuredPoint('decode')({ clockMhz: 1410, batch, tokens: 512, why: '' });
const FILE = 'run.journal.jsonl';
const place = { output: 'run.json', resume: undefined };

/** A journal of three points and an idle reading. */
const written = async () => {
  const { files, ports } = memory();
  const { journal } = await openJournal(options, place, ports);
  journal.idle({ instance: 'd0', clockMhz: 690, powerW: 60 }, 1);
  for (const batch of [1, 2, 4]) journal.point(point(batch), batch + 1);
  await journal.kept();
  return files[FILE]!;
};

describe('the journal of a profile', () => {
  it('has every point on disk when it was told of it, and gives back what it was told', async () => {
    const { files, ports } = memory({ [FILE]: await written() });
    const { journal, notes } = await openJournal(options, { output: 'other.json', resume: FILE }, ports);
    expect(notes).to.deep.equal([]);
    expect(journal.before('d0')).to.deep.equal({
      points: [point(1), point(2), point(4)],
      idle: [{ instance: 'd0', clockMhz: 690, powerW: 60 }],
      gpuSeconds: 5,
    });
    expect(journal.before('p0')).to.deep.equal({ points: [], idle: [], gpuSeconds: 0 });
    journal.point(point(8), 9);
    expect(await journal.kept()).to.deep.equal({ file: FILE, points: 4, problem: null });
    expect(parseJournal(files[FILE]!, FILE).points).to.deep.equal([1, 2, 4, 8].map(point));
  });

  it('is found by the name of the document too', async () => {
    const { ports } = memory({ [FILE]: await written() });
    const { journal } = await openJournal(options, { output: undefined, resume: 'run.json' }, ports);
    expect(journal.before('d0').points).to.have.length(3);
  });

  it('drops a torn last line, wherever it was cut, and says so', async () => {
    const whole = await written();
    const lastStart = whole.trimEnd().lastIndexOf('\n') + 1;
    for (const cut of [lastStart + 1, lastStart + 40, whole.length - 3]) {
      const { ports } = memory({ [FILE]: whole.slice(0, cut) });
      const { journal, notes } = await openJournal(options, { output: undefined, resume: FILE }, ports);
      expect(journal.before('d0').points).to.have.length(2);
      expect(notes.join()).to.include('was not whole');
    }
  });

  it('refuses a line in the middle that is no point, and what is no journal, with the place', async () => {
    const lines = (await written()).split('\n');
    const damaged = [lines[0], '{"point":{"latencyMs":"fast"},"gpuSeconds":1}', ...lines.slice(1)].join('\n');
    const cases = [
      [damaged, /line 2 is no measured point/],
      ['{"kind":"profile"}\n', /no journal/],
      ['', /no journal/],
      ['\u0000\u0001', /no journal/],
    ] as const;
    for (const [text, says] of cases) {
      const { ports } = memory({ [FILE]: text });
      const error = await ourError(openJournal(options, { output: undefined, resume: FILE }, ports));
      expect(error.code).to.equal('FILE_MALFORMED');
      expect(error.message).to.match(says).and.include(FILE);
    }
  });

  it('refuses the journal of another cluster, device or plan, and names what differs', async () => {
    const text = await written();
    const other = <K extends keyof ProfileOptions>(key: K, value: ProfileOptions[K]) => ({ ...options, [key]: value });
    const cases = [
      [other('cluster', { ...cluster, name: 'other' }), 'its cluster is'],
      [
        other('cluster', { ...cluster, instances: cluster.instances.map((one) => ({ ...one, seed: 7 })) }),
        'its fingerprint is of devices p0:',
      ],
      [other('engine', { ...engine, chunkTokens: 8192 }), 'its fingerprint is of engine '],
      [other('seed', 2), 'its seed is 1, here it is 2'],
      [other('gridClocksMhz', [690]), 'its gridClocksMhz is'],
      [other('virtualTime', false), 'it was made with --virtual-time'],
    ] as const;
    for (const [asked, what] of cases) {
      const error = await ourError(openJournal(asked, { output: undefined, resume: FILE }, memory({ [FILE]: text }).ports));
      expect(error.code).to.equal('BAD_VALUE');
      expect(error.message).to.include(what);
    }
    const { message } = await ourError(
      openJournal(other('engine', { ...engine, chunkTokens: 8192 }), { output: undefined, resume: FILE }, memory({ [FILE]: text }).ports),
    );
    expect(message, 'what is the same').not.to.include('devices').and.not.include('driver');
    // More budget is no other plan.
    await openJournal(other('budgetGpuS', 900), { output: undefined, resume: FILE }, memory({ [FILE]: text }).ports);
  });

  it('moves the journal of a profile that nobody resumed aside, and says where it is', async () => {
    const text = await written();
    const { files, ports } = memory({ [FILE]: text });
    const { journal, notes } = await openJournal(options, place, ports);
    journal.point(point(8), 1);
    await journal.kept();
    expect(files['run.journal.previous.jsonl']).to.equal(text);
    expect(parseJournal(files[FILE]!, FILE).points).to.have.length(1);
    expect(notes.join()).to.include('run.journal.previous.jsonl');
  });

  it('of an older voltana says nothing of virtual time: that is the difference, in words of the command line', async () => {
    const text = (await written()).replace(',"virtualTime":true', '');
    const error = await ourError(openJournal(options, { output: undefined, resume: FILE }, memory({ [FILE]: text }).ports));
    expect(error.message).to.match(/: it was made without --virtual-time$/);
  });

  it('is never overwritten by whoever starts anew, and every name is said', async () => {
    const text = await written();
    const { files, ports } = memory();
    let told = '';
    for (const round of [1, 2, 3]) {
      files[FILE] = text.replace('"powerW":60', `"powerW":6${round}`);
      told = (await openJournal(options, place, ports)).notes.join();
    }
    const asides = ['run.journal.previous.jsonl', 'run.journal.previous-2.jsonl', 'run.journal.previous-3.jsonl'];
    asides.forEach((name, i) => expect(files[name], name).to.include(`"powerW":6${i + 1}`));
    for (const name of asides) expect(told).to.include(name);
  });

  it('without a point is not kept, neither moved aside nor left by a run that measured nothing', async () => {
    const { files, ports } = memory({ [FILE]: (await written()).split('\n', 2).join('\n') + '\n' });
    const { journal, notes } = await openJournal(options, place, ports);
    expect(notes).to.deep.equal([]);
    expect(Object.keys(files)).to.deep.equal([FILE]);
    await withWhatIsKept(new VoltanaError('INTERRUPTED', 'Interrupted.'), journal, []);
    expect(files).to.deep.equal({});
  });

  it('that cannot be read is moved aside all the same: it is not ours to lose', async () => {
    const { files, ports } = memory({ [FILE]: 'notes of mine\n' });
    await openJournal(options, place, ports);
    expect(files['run.journal.previous.jsonl']).to.equal('notes of mine\n');
  });

  it('belongs to the living process that writes it, from before its first point on', async () => {
    const { files, alive, ports } = memory();
    await openJournal(options, place, { ...ports, processes: { ...ports.processes, self: OTHER } });
    const before = { ...files };
    alive.push(OTHER);
    for (const asked of [place, { output: 'new.json', resume: FILE }]) {
      const error = await ourError(openJournal(options, asked, ports));
      expect(error).to.include({ code: 'FILE_UNWRITABLE', exitCode: 3 });
      expect(error.message).to.include('process 200').and.include(FILE);
      expect(error.hint).to.include('--output').and.include('kill -INT 200');
      expect(files).to.deep.equal(before);
    }
    // Its pid alone, given to somebody else, is not it.
    alive.splice(1, 1, { ...OTHER, startedAt: '8' });
    await openJournal(options, place, ports);
    expect(files[FILE]).to.include('"pid":100');
  });

  it('goes to one of two that took it in the same moment', async () => {
    const { files, alive, ports } = memory();
    alive.push(OTHER);
    const both = await Promise.allSettled(
      [SELF, OTHER].map((self) => openJournal(options, place, { ...ports, processes: { ...ports.processes, self } })),
    );
    expect(both.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected']);
    expect(files[FILE]).to.include(`"pid":${both[0]!.status === 'fulfilled' ? SELF.pid : OTHER.pid}`);
  });

  it('is a regular file: a device is not even read', async () => {
    const { ports } = memory();
    ports.store.read = () => expect.fail('it was read');
    for (const asked of [place, { output: undefined, resume: FILE }]) {
      const error = await ourError(openJournal(options, asked, { ...ports, kindOf: async () => 'other' }));
      expect(error).to.include({ code: 'BAD_VALUE', exitCode: 2 });
      expect(error.message).to.match(/^run\.journal\.jsonl is no regular file/);
    }
  });

  it('goes on measuring when the disk is full, and tells what is not kept', async () => {
    const { ports } = memory();
    ports.store.write = () => Promise.reject(new VoltanaError('FILE_UNWRITABLE', 'Cannot write run.journal.jsonl: no space left.'));
    const { journal } = await openJournal(options, place, ports);
    journal.point(point(1), 1);
    const error = (await withWhatIsKept(new VoltanaError('INTERRUPTED', 'Interrupted.'), journal, ['profile'])) as VoltanaError;
    expect(error).to.include({ code: 'INTERRUPTED', exitCode: 130 });
    expect(error.hint).to.include('no space left');
  });

  it('belongs to its options alone', () => {
    expect(journalHeader(options)).to.deep.equal(journalHeader({ ...options, budgetGpuS: 1 }));
  });
});

describe('what an ending tells', () => {
  const failed = async (error: unknown, argv: readonly string[]): Promise<VoltanaError> => {
    const { journal } = await openJournal(options, place, memory().ports);
    journal.point(point(1), 1);
    return (await withWhatIsKept(error, journal, argv)) as VoltanaError;
  };

  it('is how many points are kept, where, and the very command that goes on', async () => {
    const argv = ['profile', '--cluster', 'my cluster.yaml', '--resume', 'old.jsonl', '--output', 'run.json'];
    const error = await failed(new VoltanaError('INTERRUPTED', 'Interrupted.'), argv);
    expect(error.hint).to.equal(
      `1 point is kept in ${FILE}. Go on with: voltana profile --cluster 'my cluster.yaml' --output run.json --resume ${FILE}`,
    );
  });

  it('keeps the reason and its remedy of a failed lock', async () => {
    const error = await failed(new VoltanaError('LOCK_FAILED', 'no', { hint: 'Be root.' }), ['profile']);
    expect(error).to.include({ code: 'LOCK_FAILED', exitCode: 4, message: 'no' });
    expect(error.hint).to.match(/^Be root\. 1 point is kept/);
  });

  it('is nothing new where nothing was measured, or for a bug', async () => {
    const { journal } = await openJournal(options, place, memory().ports);
    const error = new VoltanaError('INTERRUPTED', 'Interrupted.');
    expect(await withWhatIsKept(error, journal, [])).to.equal(error);
    const bug = new TypeError('oops');
    expect(await failed(bug, [])).to.equal(bug);
  });
});
