import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createFileJournal } from '../../../../src/adapters/agent/journal.ts';
import { makeFolders } from '../../../../src/adapters/host/make-folders.ts';
import type { CustodyRecord, HeldDevice } from '../../../../src/domain/custody.ts';
import { privateFolder } from '../../../fixtures/agent/running.ts';
import { ourError } from '../../../fixtures/rejected.ts';
import { fixture } from '../../../fixtures/programs.ts';

const HELD: HeldDevice = {
  id: 'GPU-1',
  family: 'nvml',
  domain: 'd',
  holder: 'h',
  identity: 'root (uid 0)',
  before: '{"pl":300}',
  since: '2026-01-01T00:00:00.000Z',
};
const record = (epoch: number, held: readonly HeldDevice[] = [HELD]): CustodyRecord => ({ epoch, held });
const WRITER = fixture('agent/journal-writer.ts');

describe('file journal', () => {
  let folder: ReturnType<typeof privateFolder>;
  beforeEach(() => (folder = privateFolder()));
  afterEach(() => folder.remove());

  it('makes its folder, for itself alone, and leaves one file there', async () => {
    const journal = createFileJournal(folder.at('state'), makeFolders);
    expect(await journal.load()).to.deep.equal({ record: null, damaged: null });
    await journal.save(record(1));
    expect(readdirSync(folder.at('state'))).to.deep.equal(['journal.json']);
    expect(statSync(folder.at('state')).mode & 0o777).to.equal(0o700);
    expect(statSync(folder.at('state/journal.json')).mode & 0o777).to.equal(0o600);
  });

  it('sets aside what it cannot read, whatever that is, and loses none of it', async () => {
    const file = folder.at('journal.json');
    const damages = [
      '',
      '{',
      'null',
      '[]',
      '{"format":2,"epoch":1,"held":[]}',
      '{"format":1,"epoch":-1,"held":[]}',
      '{"format":1,"epoch":1,"held":[{"id":1}]}',
      '\u0000\u0000',
    ];
    for (const text of damages) {
      writeFileSync(file, text);
      const { record: none, damaged } = await createFileJournal(folder.path, makeFolders).load();
      expect(none).to.equal(null);
      const aside = /kept as (\S+)$/.exec(damaged!)![1]!;
      expect(readFileSync(aside, 'utf8')).to.equal(text);
      expect(existsSync(file)).to.equal(false);
    }
    expect(readdirSync(folder.path)).to.have.length(damages.length);
  });

  const strange: Readonly<Record<string, (file: string) => void>> = {
    'a folder': (file) => mkdirSync(file),
    'a pipe that nobody writes to': (file) => void execFileSync('mkfifo', [file]),
    'an endless device': (file) => symlinkSync('/dev/zero', file),
    'larger than any journal': (file) => {
      writeFileSync(file, '');
      truncateSync(file, 2 ** 33);
    },
  };
  for (const [what, make] of Object.entries(strange))
    it(`sets aside what is ${what}, and goes on`, async () => {
      make(folder.at('journal.json'));
      const journal = createFileJournal(folder.path, makeFolders);
      expect((await journal.load()).damaged).to.include('kept as');
      await journal.save(record(1));
      expect((await journal.load()).record).to.deep.equal(record(1));
    });

  it('refuses a place that others may write, one that is no folder, one that cannot be made', async () => {
    mkdirSync(folder.at('open'));
    chmodSync(folder.at('open'), 0o777);
    writeFileSync(folder.at('file'), '');
    // Node's own recursive mkdir never ends below /proc.
    for (const place of [folder.at('open'), folder.at('file'), folder.at('file/below'), '/proc/voltana/state'])
      expect(await ourError(createFileJournal(place, makeFolders).load()), place).to.include({ code: 'JOURNAL_FAILED', exitCode: 3 });
  });

  it('where nothing can be written it says so, and the earlier record stays whole', async function () {
    this.timeout(30_000);
    const journal = createFileJournal(folder.path, makeFolders);
    await journal.save(record(1));
    // A limit on the size of files is the full disk of those who may mount none.
    const many = Array.from({ length: 200 }, (_, i) => ({ ...HELD, id: `GPU-${i}` }));
    writeFileSync(folder.at('big.json'), JSON.stringify(record(2, many)));
    const command = `ulimit -f 8; exec "$0" --import tsx "${WRITER}" "${folder.path}" "${folder.at('big.json')}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath], {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    expect(JSON.parse(stdout || 'null'), stderr).to.deep.equal({ code: 'JOURNAL_FAILED' });
    expect((await journal.load()).record).to.deep.equal(record(1));
    expect(readdirSync(folder.path).sort()).to.deep.equal(['big.json', 'journal.json']);
  });

  it('a folder that vanishes is an error, not a silence', async () => {
    const journal = createFileJournal(join(folder.path, 'state'), makeFolders);
    await journal.load();
    folder.remove();
    expect(await ourError(journal.save(record(1)))).to.include({ code: 'JOURNAL_FAILED' });
  });
});
