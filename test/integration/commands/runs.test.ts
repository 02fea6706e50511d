import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRunArchive } from '../../../src/adapters/host/run-archive.ts';
import { encodeEntry } from '../../../src/runs/benchmarking/journal-lines.ts';
import { RUN, startGroup } from '../../fixtures/demo.ts';
import { completed } from '../../fixtures/outcomes.ts';
import { baselineRun, comparison } from '../../fixtures/run-records.ts';
import { validator } from '../../fixtures/schemas.ts';

describe('voltana runs', function () {
  this.timeout(60_000);
  const root = mkdtempSync(join(tmpdir(), 'voltana-runs-'));
  const folder = join(root, 'runs');
  const archive = createRunArchive({ folder });
  const ids: Record<'bench' | 'demo' | 'cut' | 'living', string> = { bench: '', demo: '', cut: '', living: '' };
  let living: Awaited<ReturnType<typeof archive.begin>>;

  const voltana = async (...args: string[]) => {
    const env = { ...process.env, VOLTANA_RUNS_DIR: folder };
    const started = startGroup(process.execPath, [RUN, 'runs', ...args], { env });
    const exit = await started.ended;
    return { exit, stdout: started.stdout(), stderr: started.stderr() };
  };
  const document = async (kind: string, ...args: string[]) => {
    const { exit, stdout } = await voltana(...args, '--json');
    expect(exit).to.equal(0);
    const value = JSON.parse(stdout) as Record<string, never> & { runs: { id: string; state: string; summary: unknown }[] };
    expect(validator(kind)(value), JSON.stringify(validator(kind).errors)).to.equal(true);
    return value;
  };

  before(async () => {
    const bench = await archive.begin('bench', {});
    await bench.finish(baselineRun());
    const demo = await archive.begin('demo', {});
    await demo.finish(comparison());
    const cut = await archive.begin('bench', { seed: 7 });
    cut.append(encodeEntry({ kind: 'begun', index: 0, seed: 7 }));
    for (let i = 0; i < 5; i++) cut.append(encodeEntry({ kind: 'outcome', outcome: completed({ id: `r${i}`, intendedMs: 1000 * i }) }));
    const sample = { instance: 'd0', role: 'decode', powerW: 300, appliedMhz: 1410, lockedMhz: null, limitedBy: null } as const;
    for (const atMs of [0, 4000]) cut.append(encodeEntry({ kind: 'sample', sample: { ...sample, atMs, energyJ: 500 + 0.3 * atMs } }));
    await cut.close();
    living = await archive.begin('bench', {});
    Object.assign(ids, { bench: bench.id, demo: demo.id, cut: cut.id, living: living.id });
  });
  after(async () => {
    await living.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('list prints the newest first into a pipe; --json one document, and --output the same', async () => {
    const text = await voltana('list');
    expect(text).to.include({ exit: 0, stderr: '' });
    const lines = text.stdout.trimEnd().split('\n');
    expect(lines.slice(1).map((line) => line.split(' ')[0])).to.deep.equal([ids.living, ids.cut, ids.demo, ids.bench]);
    expect(lines.at(-1)).to.match(/ done +valid +[\d.]+ KiB +max, llama-3\.1-8b, azure-conv-2023 at 8\/s$/);
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(140);
    const output = join(root, 'runs.json');
    const { runs } = await document('runs', 'list', '--output', output);
    expect(runs.map(({ state }) => state)).to.deep.equal(['running', 'partial', 'done', 'done']);
    expect(runs.at(-1)!.summary).to.deep.equal({ kind: 'run', what: 'max, llama-3.1-8b, azure-conv-2023 at 8/s', verdict: 'valid' });
    expect((JSON.parse(readFileSync(output, 'utf8')) as { runs: unknown }).runs).to.deep.equal(runs);
  });

  it('list --limit shows as many, and says how many there are', async () => {
    expect((await voltana('list', '--limit', '1')).stdout).to.match(/and 3 older runs\n$/);
  });

  it('show prints the text of a run and of a comparison; --json the document as it is kept', async () => {
    const run = await voltana('show', ids.bench);
    expect(run).to.include({ exit: 0, stderr: '' });
    expect(run.stdout).to.include('llama-3.1-8b').and.include('requests').and.not.include('\u001b');
    expect((await voltana('show', ids.demo)).stdout).to.include('verdict: improved');
    const { stdout } = await voltana('show', ids.bench, '--json');
    expect(stdout).to.equal(readFileSync(join(folder, ids.bench, 'run.json'), 'utf8'));
  });

  it('show of a partial run says what its journal holds and how to go on', async () => {
    const { exit, stdout } = await voltana('show', ids.cut);
    expect(exit).to.equal(0);
    expect(stdout)
      .to.match(/^requests +5 ended: 5 completed$/m)
      .and.match(/^energy +1200\.0 J$/m)
      .and.include(`voltana bench --resume ${ids.cut}`);
    const partial = await document('partial-run', 'show', ids.cut);
    expect(partial).to.deep.include({ energyJ: 1200, outputTokens: 25, plan: { seed: 7 }, repeats: { begun: 1, ended: 0 }, tornBytes: 0 });
    expect(partial['seconds']).to.be.closeTo(4.18, 0.001);
  });

  for (const [what, args, says] of [
    ['an unknown run', ['show', 'nothing-like-it'], /^error: unknown run "nothing-like-it"\. `voltana runs list` prints/],
    ['a prune without a criterion', ['prune', '--yes'], /^error: nothing says which runs are to be removed\. Give --keep N/],
    ['a prune in a pipe that nobody agreed to', ['prune', '--keep', '0'], /^error: nobody can be asked here .*Add --yes/],
  ] as const) {
    it(`${what} is exit 2, in one line, and nothing is removed`, async () => {
      const { exit, stdout, stderr } = await voltana(...args);
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
      expect(stderr).to.match(says);
      expect(readdirSync(folder)).to.have.length(4);
    });
  }

  it('prune says what it would free, frees it, and leaves alone what runs and what is not meant', async () => {
    const planned = await voltana('prune', '--partial', '--dry-run');
    expect(planned.stdout).to.match(
      new RegExp(`^would be removed: ${ids.cut} \\(partial, .*\n1 run would be removed, .* would be free; 3 runs would be kept\n$`),
    );
    expect((await document('pruned-runs', 'prune', '--older-than', '1', '--yes'))['removed'], 'all are of today').to.deep.equal([]);
    expect(readdirSync(folder)).to.have.length(4);
    expect((await voltana('prune', '--partial', '--yes')).stdout).to.include(`removed: ${ids.cut}`);
    const pruned = await document('pruned-runs', 'prune', '--keep', '1', '--yes');
    expect(pruned).to.include({ kept: 2, dryRun: false });
    expect(readdirSync(folder).sort()).to.deep.equal([ids.demo, ids.living].sort());
  });
});
