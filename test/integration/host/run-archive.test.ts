import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { build, stop } from 'esbuild';
import { createRunArchive } from '../../../src/adapters/host/run-archive.ts';
import { ended, fixture, output, until } from '../../fixtures/programs.ts';
import { ourError } from '../../fixtures/rejected.ts';

const KILLS = 20;
const AT_ONCE = 10;

interface Said {
  readonly id?: string;
  readonly n?: number;
  readonly atMs?: number;
  readonly failed?: string;
  readonly finished?: number;
}
const saidBy = (text: string): Said[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Said);

describe('an archive of runs and its processes', function () {
  this.timeout(60_000);
  const root = mkdtempSync(join(tmpdir(), 'voltana-runs-'));
  const program = join(root, 'journalist.mjs');
  const children: ChildProcess[] = [];
  const start = (args: readonly string[], command = process.execPath): ChildProcess => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  };
  // Bundled once: a start of twenty processes from source would take longer than all the rest.
  before(() =>
    build({
      entryPoints: [fixture('host/journalist.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
    }),
  );
  after(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    await stop();
    rmSync(root, { recursive: true, force: true });
  });

  const killedOnce = async (archive: ReturnType<typeof createRunArchive>, afterMs: number): Promise<void> => {
    const child = start([program, archive.folder]);
    const seen = output(child);
    await until('it appends', () => saidBy(seen.text).some(({ n = 0 }) => n > 0), 30_000);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill('SIGKILL');
    await ended(child);
    const said = saidBy(seen.text);
    const id = said[0]!.id!;
    const { entry, entries } = await archive.look(id);
    expect(entry.state).to.equal('partial');
    const kept: { n: number; atMs: number }[] = [];
    for await (const one of entries) kept.push(one as (typeof kept)[number]);
    expect(
      kept.every(({ n }, i) => n === i),
      'whole, in order, none missing',
    ).to.equal(true);
    const last = said.at(-1)!;
    expect(last.atMs! - (kept.at(-1)?.atMs ?? said[1]!.atMs!), 'ms lost').to.be.below(1000);
  };

  it(`kill -9, ${KILLS} times: what is read back is whole, and at most the last second is missing`, async () => {
    const archive = createRunArchive({ folder: join(root, 'killed') });
    for (let i = 0; i < KILLS; i += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => killedOnce(archive, ((i + k) * 500) / KILLS + Math.random() * 100)));
    }
    const runs = await archive.list();
    expect(new Set(runs.map(({ id }) => id)).size, 'nobody shared a run').to.equal(KILLS);
    const { journal } = await archive.reopen(runs[0]!.id);
    await journal.close();
  });

  it('a disk that is full: told once, the journal so far is whole, and the run goes on to its document', async () => {
    const archive = createRunArchive({ folder: join(root, 'full') });
    const limited = `trap '' XFSZ; ulimit -f 200; exec "$0" "$@"`;
    const child = start(['-c', limited, process.execPath, program, archive.folder, '1000', '600'], '/bin/sh');
    const seen = output(child);
    expect(await ended(child), seen.text).to.equal(0);
    const said = saidBy(seen.text);
    const failed = said.filter((one) => one.failed !== undefined);
    expect(failed).to.have.length(1);
    expect(failed[0]!.failed).to.match(/^Cannot write .*journal\.jsonl: /);
    expect(said.at(-1)).to.deep.equal({ finished: 600 });
    const [run] = await archive.list();
    expect(run).to.include({ state: 'done' });
    let count = 0;
    for await (const entry of (await archive.look(run!.id)).entries) expect((entry as { n: number }).n).to.equal(count++);
    expect(count).to.be.within(1, 599);
  });

  it('many processes at once: no two get the same run, and a living one is not taken for dead', async () => {
    const archive = createRunArchive({ folder: join(root, 'many') });
    const started = Array.from({ length: 6 }, () => output(start([program, archive.folder])));
    await until('all began', () => started.every((seen) => saidBy(seen.text).length > 1), 30_000);
    const ids = started.map((seen) => saidBy(seen.text)[0]!.id);
    expect(new Set(ids).size).to.equal(6);
    expect((await archive.list()).map(({ state }) => state)).to.deep.equal(new Array(6).fill('running'));
    for (const child of children.filter(({ exitCode }) => exitCode === null)) child.kill('SIGKILL');
    await Promise.all(children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(ended));
    expect((await archive.list()).map(({ state }) => state)).to.deep.equal(new Array(6).fill('partial'));
  });

  it('a process of another machine lives as long as it shows itself', async () => {
    const archive = createRunArchive({ folder: join(root, 'shared') });
    const journal = await archive.begin('bench', {});
    await journal.close();
    const { id, path } = journal;
    const owner = join(dirname(path), 'owner-1.json');
    const elsewhere = { ...(JSON.parse(readFileSync(owner, 'utf8')) as object), host: 'another-machine', ended: false };
    writeFileSync(owner, JSON.stringify(elsewhere));
    expect((await archive.list())[0]).to.include({ state: 'running' });
    expect(await ourError(archive.remove(id))).to.include({ code: 'BAD_VALUE' });
    utimesSync(owner, new Date(0), new Date(0));
    expect((await archive.list())[0]).to.include({ state: 'partial' });
    await archive.remove(id);
  });

  it('a pid that was given out again is not taken for the process that had it', async () => {
    const archive = createRunArchive({ folder: join(root, 'again') });
    const journal = await archive.begin('bench', {});
    const owner = join(dirname(journal.path), 'owner-1.json');
    expect((await archive.list())[0]).to.include({ state: 'running' });
    writeFileSync(owner, JSON.stringify({ ...(JSON.parse(readFileSync(owner, 'utf8')) as object), processStartedAt: '1' }));
    expect((await archive.list())[0]).to.include({ state: 'partial' });
    await journal.close();
  });

  it('a folder that can never be is refused at once, and what is there already is taken', async () => {
    const archive = createRunArchive({ folder: '/proc/nope/runs' });
    const error = await ourError(archive.begin('bench', {}));
    expect(error).to.include({ code: 'FILE_UNWRITABLE', exitCode: 3 });
    expect(error.message).to.match(/^Cannot write \/proc\/nope\/runs: .*\.$/);
    writeFileSync(join(root, 'a-file'), '');
    for (const folder of [join(root, 'a-file'), join(root, 'a-file', 'runs')])
      expect(await ourError(createRunArchive({ folder }).begin('bench', {})), folder).to.include({ code: 'FILE_UNWRITABLE' });
    const many = createRunArchive({ folder: join(root, 'deep', 'er', 'runs') });
    await Promise.all((await Promise.all([1, 2, 3].map(() => many.begin('bench', {})))).map((journal) => journal.close()));
    expect(await many.list()).to.have.length(3);
  });

  it('a journal that nobody closed keeps no process alive', async () => {
    const folder = join(root, 'idle');
    const child = start([program, folder, '0', '0']);
    expect(await ended(child)).to.equal(0);
  });

  it('reads a journal of 200 MB as a stream', async () => {
    const archive = createRunArchive({ folder: join(root, 'large') });
    const journal = await archive.begin('bench', {});
    await journal.close();
    const file = openSync(journal.path, 'a');
    const block = `${JSON.stringify({ padded: 'x'.repeat(1_000_000) })}\n${'{"n":1}\n'.repeat(1000)}`;
    for (let i = 0; i < 200; i++) writeSync(file, block);
    closeSync(file);
    const before = process.memoryUsage().rss;
    let [count, most] = [0, 0];
    for await (const _ of (await archive.look(journal.id)).entries) {
      if (count++ % 1000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(count).to.equal(200 * 1001);
    expect(most / 2 ** 20, 'MiB').to.be.below(100);
  });
});
