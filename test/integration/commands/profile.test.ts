import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { allGone, killTree, ROOT, RUN, startGroup, treeOf, type StartedDemo } from '../../fixtures/demo.ts';
import type { ProfileDocument, ProfilePoint, RecordedProfile } from '../../../src/domain/profile.ts';
import { freePort } from '../../../src/adapters/host/ports.ts';
import { startEngine } from '../../fixtures/engines/emulated-node.ts';
import { until } from '../../fixtures/programs.ts';
import { validator } from '../../fixtures/schemas.ts';

const CLUSTER = 'emulated-2p2d-a100-llama-3.1-8b';
const start = (...args: string[]): StartedDemo => startGroup(process.execPath, [RUN, 'profile', ...args]);
const read = (file: string): string => readFileSync(file, 'utf8');
const readProfile = (file: string): ProfileDocument => JSON.parse(read(file)) as ProfileDocument;
const loadOf = ({ instance, requestedClockMhz, batch, promptTokens }: ProfilePoint): string =>
  `${instance} ${requestedClockMhz} ${batch} ${promptTokens ?? ''}`;
const lines = (file: string): number => (existsSync(file) ? read(file).split('\n').length - 1 : 0);

describe('voltana profile', function () {
  this.timeout(60_000);
  let folder: string;
  let run: StartedDemo | null = null;
  const at = (name: string): string => join(folder, name);
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-profile-'))));
  afterEach(() => {
    if (run) killTree(run.pid);
    rmSync(folder, { recursive: true, force: true });
  });

  it('--virtual-time in a pipe: a valid document of both phases, within its budget, without a colour or a journal left', async () => {
    run = start('--cluster', CLUSTER, '--virtual-time', '--max-gpu-minutes', '4', '--output', at('p.json'));
    expect(await run.ended, run.stderr()).to.equal(0);
    const document = readProfile(at('p.json'));
    const validate = validator('profile');
    expect(validate(document), JSON.stringify(validate.errors)).to.equal(true);
    expect(document).to.include({ kind: 'profile', evidence: 'emulated' });
    expect(new Set(document.points.map(({ instance }) => instance))).to.deep.equal(new Set(['p0', 'd0']));
    expect(document.gpuSeconds).to.be.within(30, 240);
    expect(document.points.filter(({ control }) => control).length).to.be.at.least(4);
    expect(document.drift!.every(({ beyondPrecision }) => !beyondPrecision)).to.equal(true);
    expect(document.provenance.fingerprint).to.include('d0:decode').and.include('driver emulated').and.include('sglang-like');
    expect(existsSync(at('p.journal.jsonl'))).to.equal(false);
    expect(run.stdout()).to.include('next: voltana fit').and.not.include('\u001b');
    expect(run.stderr()).to.equal('');
  });

  it('Ctrl-C in the middle: 130, what was measured is kept, and --resume measures the same points', async () => {
    const flags = ['--cluster', CLUSTER, '--virtual-time', '--phase', 'decode', '--clocks', '690,1005,1410', '--max-gpu-minutes', '1'];
    run = start(...flags, '--output', at('whole.json'));
    expect(await run.ended, run.stderr()).to.equal(0);

    run = start(...flags, '--output', at('half.json'));
    await until('some points are journaled', () => lines(at('half.journal.jsonl')) >= 12);
    run.child.kill('SIGINT');
    expect(await run.ended).to.equal(130);
    expect(run.stderr()).to.match(
      /^error: Interrupted\. \d+ points are kept in .*half\.journal\.jsonl\. Go on with: voltana profile .*--resume /m,
    );
    expect(existsSync(at('half.json'))).to.equal(false);
    const kept = lines(at('half.journal.jsonl'));

    run = start(...flags, '--output', at('half.json'), '--resume', at('half.journal.jsonl'), '--json');
    expect(await run.ended, run.stderr()).to.equal(0);
    const [whole, resumed] = [readProfile(at('whole.json')), readProfile(at('half.json'))];
    expect(JSON.parse(run.stdout())).to.deep.equal(resumed);
    const designed = ({ points }: ProfileDocument): string[] => points.filter(({ control }) => !control).map(loadOf);
    const count = Math.min(designed(whole).length, designed(resumed).length);
    expect(designed(resumed).slice(0, count)).to.deep.equal(designed(whole).slice(0, count));
    expect(count).to.be.above(kept - 4);
    designed(whole)
      .slice(0, count)
      .forEach((load, i) => {
        const [one, other] = [whole, resumed].map(({ points }) => points.filter(({ control }) => !control)[i]!.latencyMs);
        expect(other! / one!, load).to.be.closeTo(1, 0.05);
      });
    expect(existsSync(at('half.journal.jsonl'))).to.equal(false);
  });

  it('--dry-run: the plan with its cost, and nothing is started or written', async () => {
    run = start('--cluster', CLUSTER, '--dry-run', '--json', '--max-gpu-minutes', '3');
    expect(await run.ended).to.equal(0);
    const plan = JSON.parse(run.stdout()) as Record<string, unknown> & { sweeps: Record<string, number>[] };
    expect(plan).to.include({ kind: 'profile-plan', maxGpuMinutes: 3 });
    expect(plan.energyJ).to.be.above(1000);
    for (const sweep of plan.sweeps) {
      expect(sweep.gridPoints).to.be.above(10);
      expect(sweep.gridGpuMinutes).to.be.within(0.2, 3);
    }
  });

  it('real processes: measures over HTTP, and leaves none of them', async () => {
    run = start(
      '--cluster',
      CLUSTER,
      '--phase',
      'decode',
      '--clocks',
      '1410',
      '--max-gpu-minutes',
      '0.1',
      '--json',
      '--output',
      at('p.json'),
    );
    await until('the instance runs', () => treeOf(run!.pid).length === 2);
    const pids = treeOf(run.pid);
    const exit = await run.ended;
    expect(exit, run.stderr()).to.be.oneOf([0, 6]);
    await allGone(pids);
    const { points, gpuSeconds } = readProfile(at('p.json'));
    expect(points.length).to.be.at.least(1);
    expect(gpuSeconds).to.be.above(1);
    for (const point of points) expect(point.latencyMs).to.be.within(5, 200);
  });

  it('real processes: an engine that is killed ends it with 5, and the journal is kept', async function () {
    if (process.platform !== 'linux') this.skip();
    run = start('--cluster', CLUSTER, '--phase', 'prefill', '--output', at('p.json'));
    await until('two points are measured', () => lines(at('p.journal.jsonl')) >= 8, 40_000);
    const pids = treeOf(run.pid);
    process.kill(pids[1]!, 'SIGKILL');
    expect(await run.ended).to.equal(5);
    await allGone(pids);
    expect(run.stderr()).to.match(/^error: instance p0 was ended by SIGKILL.*points are kept in/m);
    expect(run.stderr()).not.to.match(/\n {4}at /);
  });

  it('two at once into the same file: the second is refused with the pid of the first, which goes on', async () => {
    const flags = ['--cluster', CLUSTER, '--phase', 'decode', '--clocks', '1410', '--output', at('p.json')];
    const first = (run = start(...flags));
    await until('the first has its journal', () => existsSync(at('p.journal.jsonl')));
    const second = start(...flags);
    expect(await second.ended).to.equal(3);
    expect(second.stderr()).to.match(new RegExp(`^error: Another profile, process ${first.pid}, is writing .*p\\.journal\\.jsonl`));
    expect(read(at('p.journal.jsonl'))).to.include(`"pid":${first.pid}`);
    first.child.kill('SIGINT');
    expect(await first.ended).to.equal(130);
  });

  const clusterFile = (name: string, change: (text: string) => string): string => {
    const file = at(name);
    writeFileSync(file, change(read(join(ROOT, 'profiles', 'clusters', `${CLUSTER}.yaml`))));
    return file;
  };

  const realFile = (name: string, change: (text: string) => string = (text) => text): string =>
    clusterFile(name, (text) => change(text.replace('kind: emulated', 'kind: vllm')));

  it('--dry-run of real engines: says what it does not know, and asks nobody', async () => {
    run = start('--cluster', realFile('v.yaml'), '--dry-run', '--json', '--max-gpu-minutes', '3');
    expect(await run.ended, run.stderr()).to.equal(0);
    const plan = JSON.parse(run.stdout()) as Record<string, unknown> & { sweeps: Record<string, unknown>[] };
    expect(plan).to.include({ kind: 'profile-plan', maxGpuMinutes: 3, mostMinutes: 3, energyJ: null, gridClocksMhz: null });
    for (const sweep of plan.sweeps) expect(sweep).to.include({ gridPoints: null, gridGpuMinutes: null, mostGpuMinutes: 1.5 });
  });

  it('an engine that runs already, without a clock driver: latencies, nulls for what nobody knows, and a fit that says so', async () => {
    const node = await startEngine({ dialect: 'vllm', id: 'e0' });
    try {
      const file = realFile('a.yaml', (text) =>
        text
          .replace('kind: local', 'kind: attach')
          .replace(
            /instances:\n( .*\n)+/,
            `instances:\n  - { id: e0, role: aggregated, gpus: [g0], url: ${node.instance.endpoints.url} }\n`,
          ),
      );
      run = start('--cluster', file, '--phase', 'prefill', '--max-gpu-minutes', '0.2', '--output', at('p.json'));
      expect(await run.ended, run.stderr()).to.be.oneOf([0, 6]);
      expect(run.stdout()).to.include('the clock that holds').and.include('no clock was touched').and.include('nothing to fit');
      const document = JSON.parse(read(at('p.json'))) as RecordedProfile;
      const validate = validator('profile');
      expect(validate(document), JSON.stringify(validate.errors)).to.equal(true);
      expect(document.evidence).to.equal('measured');
      expect(document.points.length).to.be.at.least(1);
      for (const point of document.points) {
        expect(point).to.include({ clockMhz: null, requestedClockMhz: null, powerW: null, energyJ: null });
        expect(point.latencyMs).to.be.within(3, 1000);
      }
      expect(existsSync(at('p.journal.jsonl'))).to.equal(false);
      run = startGroup(process.execPath, [RUN, 'fit', at('p.json'), '--output', at('f.json')]);
      expect(await run.ended).to.equal(2);
      expect(run.stderr()).to.match(/no clock was driven and no power was metered.*control\.agents/);
    } finally {
      await node.close();
    }
  });

  it('an engine that does both phases: each by itself, under one lease of its clock domain', async () => {
    const file = clusterFile('both.yaml', (text) =>
      text
        .replace('kind: emulated', 'kind: emulated\n  dialect: openai')
        .replace(/instances:\n( .*\n)+/, 'instances:\n  - { id: e0, role: aggregated, gpus: [gpu0], seed: 101 }\n'),
    );
    run = start('--cluster', file, '--clocks', '1005,1410', '--max-gpu-minutes', '0.15', '--json', '--output', at('p.json'));
    expect(await run.ended, run.stderr()).to.be.oneOf([0, 6]);
    const { points, evidence, idle } = readProfile(at('p.json'));
    expect(evidence).to.equal('emulated');
    expect(new Set(points.map(({ instance, phase }) => `${instance} ${phase}`))).to.deep.equal(
      new Set(['e0-prefill prefill', 'e0-decode decode']),
    );
    for (const { requestedClockMhz, powerW } of points.filter(({ samples }) => samples > 0)) {
      expect(requestedClockMhz).to.be.oneOf([1005, 1410]);
      expect(powerW).to.be.above(50);
    }
    expect(new Set(idle.map(({ instance }) => instance))).to.deep.equal(new Set(['e0-prefill', 'e0-decode']));
  });

  it('real processes: clocks that somebody else takes end it with 4, and the journal is kept', async () => {
    const controlPort = await freePort('127.0.0.1');
    const file = clusterFile('c.yaml', (text) =>
      text.replace('gpus: [gpu2], seed: 103', `gpus: [gpu2], seed: 103, controlPort: ${controlPort}`),
    );
    run = start('--cluster', file, '--phase', 'decode', '--instances', 'd0', '--clocks', '1005,1410', '--output', at('p.json'));
    await until('two points are measured', () => lines(at('p.journal.jsonl')) >= 5, 40_000);
    const pids = treeOf(run.pid);
    const ask = async (path: string, body: object): Promise<number> =>
      fetch(`http://127.0.0.1:${controlPort}${path}`, { method: 'POST', body: JSON.stringify(body) }).then(
        ({ status }) => status,
        (cause: unknown) => Promise.reject(new Error(`no control port: ${run!.stderr()}`, { cause })),
      );
    // A new process counts its leases from one: the profile's is over, and ours begins.
    expect(await ask('/gpu/release', { token: 1 })).to.be.below(300);
    expect(await ask('/gpu/lease', { holder: 'somebody else', ttlMs: 60_000 })).to.be.below(300);
    expect(await run.ended, run.stderr()).to.equal(4);
    await allGone(pids);
    expect(run.stderr()).to.match(/^error: .*d0.*points? (is|are) kept in .*p\.journal\.jsonl/m);
    expect(run.stderr()).not.to.match(/\n {4}at /);
    expect(existsSync(at('p.json'))).to.equal(false);
  });

  it('two that start in the same moment: one measures, the other is refused with its pid', async () => {
    const flags = ['--cluster', CLUSTER, '--virtual-time', '--phase', 'decode', '--clocks', '1410', '--max-gpu-minutes', '0.5'];
    const both = [start(...flags, '--output', at('p.json')), start(...flags, '--output', at('p.json'))];
    const exits = await Promise.all(both.map(({ ended }) => ended));
    const refusedOnes = both.filter((_, i) => exits[i] === 3);
    // The first may be done before the second looks: then both have measured.
    expect(
      exits.every((exit) => exit === 0 || exit === 3),
      exits.join(),
    ).to.equal(true);
    expect(refusedOnes.length).to.be.at.most(1);
    for (const { stderr } of refusedOnes) expect(stderr()).to.match(/^error: Another profile/);
    expect(readProfile(at('p.json')).points.length).to.be.above(3);
  });

  const refused: readonly (readonly [what: string, args: () => readonly string[], exit: number, says: RegExp])[] = [
    ['no file to write', () => ['--virtual-time'], 2, /needs a file.*--output/],
    ['an unknown cluster', () => ['--cluster', 'emulated-2p2d', '--dry-run'], 2, /unknown cluster/],
    ['a phase that is none', () => ['--phase', 'prefil', '--dry-run'], 2, /"prefil" is no phase/],
    ['a clock that is none', () => ['--clocks', '690,fast', '--dry-run'], 2, /"fast" is no clock/],
    ['a clock that the GPU does not have', () => ['--clocks', '1000', '--dry-run'], 2, /1000 MHz is not a clock of this GPU/],
    ["a clock outside the cluster file's bounds", () => ['--clocks', '210', '--dry-run'], 2, /210 MHz is outside/],
    ['an unknown instance', () => ['--instances', 'd9', '--dry-run'], 2, /unknown instance "d9".*d0/],
    ['an instance of another phase', () => ['--phase', 'prefill', '--instances', 'd0', '--dry-run'], 2, /unknown instance "d0"/],
    ['no budget', () => ['--max-gpu-minutes', '0', '--dry-run'], 2, /--max-gpu-minutes/],
    [
      'engines whose addresses only Kubernetes knows',
      () => [
        '--cluster',
        realFile('k.yaml', (text) => text.replace('kind: local', 'kind: kubernetes\n  kubernetes: { image: an-image }')),
        '--dry-run',
      ],
      3,
      /launcher kubernetes.*attach/,
    ],
    ['real engines on virtual time', () => ['--cluster', realFile('v.yaml'), '--virtual-time', '--dry-run'], 2, /--virtual-time is for/],
    ['clocks that nobody could lock', () => ['--cluster', realFile('v.yaml'), '--clocks', '1410', '--dry-run'], 2, /names no agent/],
    ['a journal that is not there', () => ['--output', at('p.json'), '--resume', at('nothing.jsonl')], 2, /Cannot read .*nothing/],
    [
      'a journal that is a device',
      () => {
        symlinkSync('/dev/zero', at('p.journal.jsonl'));
        return ['--output', at('p.json')];
      },
      2,
      /p\.journal\.jsonl is no regular file/,
    ],
    [
      'a journal that is none',
      () => {
        writeFileSync(at('bad.jsonl'), 'hello\n');
        return ['--output', at('p.json'), '--resume', at('bad.jsonl')];
      },
      2,
      /bad\.jsonl: this is no journal/,
    ],
  ];
  for (const [what, args, exit, says] of refused) {
    it(`refuses ${what}: exit ${exit}, one line`, async () => {
      run = start(...args());
      expect(await run.ended).to.equal(exit);
      expect(run.stderr().trimEnd().split('\n')).to.have.length(1);
      expect(run.stderr()).to.match(says);
    });
  }
});
