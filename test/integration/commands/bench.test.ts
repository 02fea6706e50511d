import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Judgement } from '../../../src/domain/judgement.ts';
import { benchFolder, recordOf, type Ended } from '../../fixtures/benchmarking/bench-cli.ts';
import { MODEL, startEndpoint } from '../../fixtures/benchmarking/streaming-endpoint.ts';
import { validator } from '../../fixtures/schemas.ts';

const KEY = 'sk-nobody-may-see-this';

describe('voltana bench', function () {
  this.timeout(60_000);
  const files = benchFolder();
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
  let plain: string[];
  let first: Ended;

  /** A second and a half of load, nothing before it. */
  before(async () => {
    endpoint = await startEndpoint();
    const load = ['--trace', files.trace('steady.csv', 60, 25), '--warm-up', '0'];
    plain = ['--url', endpoint.server.url, ...load, '--slo-ttft', '200', '--slo-itl', '50'];
    const outputs = ['json', 'csv', 'md', 'xml'].flatMap((ending) => ['--output', files.at(`run.${ending}`)]);
    const summary = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: files.at('summary.md'), OPENAI_API_KEY: KEY };
    first = await files.bench(
      [...plain, '--json', ...outputs, '--save-vllm', files.at('vllm.json'), '--threshold', 'ttft.p99<5000'],
      summary,
    );
  });
  after(async () => {
    await endpoint.server.close();
    files.remove();
  });

  it('0: prints one document of the published schema on stdout, and writes the same', () => {
    expect(first.exit, first.stderr).to.equal(0);
    const record = recordOf(first);
    expect(validator('run')(record), JSON.stringify(validator('run').errors)).to.equal(true);
    expect(readFileSync(files.at('run.json'), 'utf8')).to.equal(first.stdout);
    expect(record.requests).to.include({ offered: 60, completed: 60 });
    expect(record).to.include({ mode: 'live', evidence: 'measured', outputTokens: 300, energyJ: null });
    expect(record.bench!.load).to.include({ loop: 'open', arrivals: 'trace', requests: 60, url: `${endpoint.server.url}/` });
    expect(record.bench!.noMeter).to.include('--agent');
    expect(record.config.model).to.equal(MODEL);
    expect(record.validity.verdict, 'no steady state in so short a run').to.equal('unstable');
    expect((record as { judgement?: Judgement }).judgement!.thresholds[0]).to.include({ text: 'ttft.p99<5000', ok: true });
  });

  it('writes each format by its ending, and the keys of vllm bench serve', () => {
    expect(readFileSync(files.at('run.csv'), 'utf8').split('\n')[0]).to.include('ttft');
    expect(readFileSync(files.at('run.md'), 'utf8')).to.match(/^#/);
    expect(readFileSync(files.at('run.xml'), 'utf8')).to.match(/^<\?xml[^]*<testsuite/);
    const saved = JSON.parse(readFileSync(files.at('vllm.json'), 'utf8')) as Record<string, unknown>;
    expect(validator('vllm-result')(saved), JSON.stringify(validator('vllm-result').errors)).to.equal(true);
    expect(saved).to.include({ completed: 60, total_output_tokens: 300 });
  });

  it('tells a GitHub job in its step summary', () => {
    expect(readFileSync(files.at('summary.md'), 'utf8')).to.match(/ttft\.p99.*5000/);
    expect(first.stdout).not.to.include('::');
  });

  it('sends the key of the environment, and keeps it out of everything that is written', () => {
    expect(endpoint.server.headers.some(({ authorization }) => authorization === `Bearer ${KEY}`)).to.equal(true);
    const [run] = files.runs();
    const written = ['json', 'csv', 'md', 'xml'].map((ending) => readFileSync(files.at(`run.${ending}`), 'utf8'));
    const kept = ['journal.jsonl', 'run.json'].map((file) => files.kept(run!, file));
    for (const text of [...written, ...kept, first.stdout, first.stderr, readFileSync(files.at('vllm.json'), 'utf8')])
      expect(text).not.to.include(KEY);
  });

  it('--from asks for the very same work again, in plain text for a pipe; flags beside it change it', async () => {
    const [run] = files.runs();
    const again = await files.bench(['--from', run!, '--output', files.at('again.json')]);
    expect(again.exit, again.stderr).to.equal(0);
    expect(again.stdout)
      .to.match(/60 offered: 60 completed/)
      .and.not.match(/\u001b/);
    const repeated = JSON.parse(readFileSync(files.at('again.json'), 'utf8')) as ReturnType<typeof recordOf>;
    expect(repeated.bench!.load.scheduleHash).to.equal(recordOf(first).bench!.load.scheduleHash);
    const closed = await files.bench(['--from', run!, '--concurrency', '3', '--requests', '12', '--json']);
    expect(closed.exit, closed.stderr).to.equal(0);
    expect(recordOf(closed).bench!.load).to.include({ loop: 'closed', concurrency: 3, requests: 12 });
    expect(recordOf(closed).requests).to.include({ offered: 12, completed: 12 });
  });

  it('99: a threshold that does not hold, the document written all the same', async () => {
    const { exit, stdout, stderr } = await files.bench([...plain, '--threshold', 'ttft.p50<1', '--threshold', 'errors.rate<=0', '--json']);
    expect(exit, stderr).to.equal(99);
    const { judgement } = JSON.parse(stdout) as { judgement: Judgement };
    expect(judgement.thresholds.map(({ ok }) => ok)).to.deep.equal([false, true]);
  });

  it('7: slower than its baseline, and says by how much; 0 against one that is alike', async () => {
    const alike = await files.bench([...plain, '--baseline', files.at('run.json'), '--json']);
    expect(alike.exit, alike.stderr).to.equal(0);
    Object.assign(endpoint.pace, { ttftMs: 120, gapMs: 20 });
    const { exit, stdout, stderr } = await files.bench([...plain, '--baseline', files.at('run.json'), '--json']);
    Object.assign(endpoint.pace, { ttftMs: 5, gapMs: 2 });
    expect(exit, stderr).to.equal(7);
    const { judgement } = JSON.parse(stdout) as { judgement: Judgement };
    expect(judgement.baseline!.verdict).to.equal('regressed');
    expect(judgement.baseline!.reasons.join()).to.match(/\d %/);
  });

  it('repeats, each with figures of its own, and sums of them all', async () => {
    const { exit, stdout, stderr } = await files.bench([...plain, '--requests', '20', '--repeat', '3', '--json']);
    expect(exit, stderr).to.equal(0);
    const record = recordOf({ exit, stdout, stderr });
    expect(record.requests).to.include({ offered: 60, completed: 60 });
    expect(record.repeats).to.have.length(3);
    expect(record.repeats.every(({ joint }) => joint === 1)).to.equal(true);
  });

  it('--strict: without a steady state it is not valid, 6', async () => {
    const { exit, stdout } = await files.bench([...plain, '--requests', '20', '--strict']);
    expect(exit).to.equal(6);
    expect(stdout).to.include('No steady state');
  });

  it('--dry-run asks nobody and keeps nothing', async () => {
    const [asked, runs] = [endpoint.server.asked.length, files.runs().length];
    const { exit, stdout } = await files.bench([...plain, '--dry-run', '--json']);
    expect(exit).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({ kind: 'plan', target: endpoint.server.url, outputTokens: 300 });
    const nowhere = await files.bench(['--url', 'http://127.0.0.1:9', '--rate', '5', '--duration', '4', '--dry-run']);
    expect(nowhere).to.include({ exit: 0, stderr: '' });
    expect(nowhere.stdout).to.match(/^would bench http:[^]*nothing has been sent\n$/);
    expect([endpoint.server.asked.length, files.runs().length]).to.deep.equal([asked, runs]);
  });
});
