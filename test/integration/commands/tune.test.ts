import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { ended, output, until } from '../../fixtures/programs.ts';

const ASKED = ['--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b', '--rate', '4', '--slo-ttft', '1000', '--slo-itl', '50'];
const SMALL = ['--gpus', '2..3', '--effort', 'quick', '--workers', '1'];

/** The real command, as somebody types it. A whole search takes longer than a test may: see docs/tuning.md for one. */
describe('voltana tune --search', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'voltana-tune-'));
  let child: ChildProcess;
  afterEach(() => child.kill('SIGKILL'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = (...args: string[]): { text: string } => {
    const env = { ...process.env, VOLTANA_RUNS_DIR: folder };
    child = spawn(process.execPath, [RUN, 'tune', ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    return output(child);
  };
  const run = async (...args: string[]): Promise<{ exit: unknown; text: string }> => {
    const seen = start(...args);
    const closed = new Promise((resolve) => child.once('close', resolve));
    const exit = await ended(child);
    await closed;
    return { exit, ...seen };
  };
  const keptLines = (id: string): number => {
    const file = join(folder, id, 'journal.jsonl');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 2 : 0;
  };

  it('2: says what is wrong, and keeps nothing', async () => {
    for (const [args, message] of [
      [[], /needs to know what to do.*--search/],
      [['--search'], /needs devices/],
      [['--search', ...ASKED, '--gpus', '5..2'], /5 is more than 2/],
      [['--search', ...ASKED, '--governors', 'sloo'], /Did you mean "slo"/],
      [['--search', ...ASKED, '--slo-target', '1.5'], /--slo-target "1.5" is not usable/],
      [['--search', '--resume', 'none'], /unknown run "none"/],
      [['--search', ...ASKED, '--trace', '/dev/zero'], /Cannot read \/dev\/zero: it is a device/],
      [['--search', '--resume', 'none', '--rate', '3'], /--rate would change it/],
    ] as const) {
      const { exit, text } = await run(...args);
      expect(exit, text).to.equal(2);
      expect(text).to.match(message);
    }
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('--dry-run simulates and keeps nothing', async () => {
    const { exit, text } = await run('--search', ...ASKED, ...SMALL, '--dry-run', '--json');
    expect(exit, text).to.equal(0);
    const plan = JSON.parse(text) as { laterRequests: number };
    expect(plan).to.include({ kind: 'tuning-plan', effort: 'quick', objective: 'energy' });
    const asking = await run('--search', ...ASKED, ...SMALL, '--questions', 'largest-rate,day', '--dry-run', '--json');
    const more = JSON.parse(asking.text) as { laterRequests: number };
    // 20 worlds and three loads, twice each; a day is served four ways.
    expect(plan.laterRequests).to.equal(2 * (20 * 1500 + 3 * 6000));
    expect(more.laterRequests).to.be.above(plan.laterRequests + 4 * 10_000);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('what was evaluated outlives kill -9 and Ctrl-C (130), and is not evaluated again', async () => {
    start('--search', ...ASKED, ...SMALL, '--quiet');
    let id = '';
    await until(
      'evaluations are written down',
      () => (id = readdirSync(folder).find((name) => name.includes('-tune-')) ?? '') !== '' && keptLines(id) >= 5,
      40_000,
    );
    child.kill('SIGKILL');
    await ended(child);
    const file = join(folder, id, 'journal.jsonl');
    const [plan, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const [whole, damaged, ...rest] = lines.map((line) => `${line}\n`);
    const lost = (JSON.parse(damaged!) as { k: string }).k;
    writeFileSync(file, `${plan!}\n${whole!}${damaged!.slice(0, damaged!.indexOf(lost) + 8)}\n${rest.join('')}`);
    expect(readFileSync(file, 'utf8'), 'the key is cut, too').not.to.include(lost);
    const seen = start('--search', '--resume', id);
    // The others of its stage may be written down before it.
    await until('what was damaged is evaluated again', () => readFileSync(file, 'utf8').includes(lost), 40_000);
    const over = ended(child);
    child.kill('SIGINT');
    expect(await over, seen.text).to.equal(130);
    expect(seen.text).to.include(`voltana tune --search --resume ${id}`);
    expect(seen.text, 'the line that was damaged').to.match(/line 3 is no entry of a journal: what it held is evaluated again/);
    const keys = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
    const named = keys.filter((_, i) => i !== 1).map((line) => (JSON.parse(line) as { k: string }).k);
    expect(new Set(named).size, 'each once').to.equal(named.length);
    expect(named, 'evaluated again').to.include(lost);
  });
});
