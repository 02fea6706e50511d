import { readFileSync, writeFileSync } from 'node:fs';
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

  // A closed loop: no request of it can be late, however busy the machine is that tests it.
  before(async () => {
    endpoint = await startEndpoint();
    const load = ['--trace', files.trace('forty.csv', 40, 25), '--concurrency', '3', '--warm-up', '0'];
    plain = ['--url', endpoint.server.url, ...load, '--slo-ttft', '5000', '--slo-itl', '5000'];
    const outputs = ['json', 'csv', 'md', 'xml'].flatMap((ending) => ['--output', files.at(`run.${ending}`)]);
    const variables = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: files.at('summary.md'), OPENAI_API_KEY: KEY };
    writeFileSync(files.at('power1_input'), '250000000\n');
    const more = [
      '--json',
      '--wall-meter',
      files.at('power1_input'),
      ...outputs,
      '--save-vllm',
      files.at('vllm.json'),
      '--threshold',
      'ttft.p99<60000',
    ];
    first = await files.bench([...plain, ...more], variables);
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
    expect(record.requests).to.include({ offered: 40, completed: 40 });
    expect(record).to.include({ mode: 'live', evidence: 'measured', outputTokens: 200, energyJ: null });
    expect(record.bench!.load).to.include({ loop: 'closed', concurrency: 3, arrivals: null, requests: 40, url: `${endpoint.server.url}/` });
    expect(record.bench!.noMeter).to.include('--agent');
    const wall = record.bench!.wall!;
    expect(wall).to.include({ source: files.at('power1_input'), method: 'integrated' });
    // A machine that stands still for seconds leaves a hole, and then a note.
    if (wall.note === null) expect(wall.energyJ).to.be.closeTo(250 * record.measuredS, 0.01);
    else expect(wall.energyJ).to.equal(null);
    expect(record.bench!.request).to.include({ wallMeter: files.at('power1_input') });
    expect(record.config.model).to.equal(MODEL);
    expect(record.validity.verdict, 'no steady state in so short a run').to.equal('unstable');
    expect((record as { judgement?: Judgement }).judgement!.thresholds[0]).to.include({ text: 'ttft.p99<60000', ok: true });
  });

  it('writes each format by its ending, and the keys of vllm bench serve', () => {
    expect(readFileSync(files.at('run.csv'), 'utf8').split('\n')[0]).to.include('ttft');
    expect(readFileSync(files.at('run.md'), 'utf8')).to.match(/^#/);
    expect(readFileSync(files.at('run.xml'), 'utf8')).to.match(/^<\?xml[^]*<testsuite/);
    const saved = JSON.parse(readFileSync(files.at('vllm.json'), 'utf8')) as Record<string, unknown>;
    expect(validator('vllm-result')(saved), JSON.stringify(validator('vllm-result').errors)).to.equal(true);
    expect(saved).to.include({ completed: 40, total_output_tokens: 200 });
  });

  it('tells a GitHub job in its step summary', () => {
    expect(readFileSync(files.at('summary.md'), 'utf8')).to.match(/ttft\.p99.*60000/);
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

  it('99: --from asks for the very same work, in plain text for a pipe; a threshold that does not hold, with the document', async () => {
    const [run] = files.runs();
    const thresholds = ['--threshold', 'ttft.p50<1', '--threshold', 'errors.rate<=0'];
    const { exit, stdout, stderr } = await files.bench(['--from', run!, ...thresholds, '--output', files.at('again.json')]);
    expect(exit, stderr).to.equal(99);
    expect(stdout)
      .to.match(/40 offered: 40 completed/)
      .and.not.match(/\u001b/);
    const again = JSON.parse(readFileSync(files.at('again.json'), 'utf8')) as ReturnType<typeof recordOf> & { judgement: Judgement };
    expect(again.bench!.load.scheduleHash).to.equal(recordOf(first).bench!.load.scheduleHash);
    expect(again.judgement.thresholds.map(({ ok }) => ok)).to.deep.equal([false, true]);
  });

  it('7: slower than its baseline, and says by how much', async () => {
    Object.assign(endpoint.pace, { ttftMs: 60, gapMs: 12 });
    const { exit, stdout, stderr } = await files.bench([...plain, '--baseline', files.at('run.json'), '--json']);
    Object.assign(endpoint.pace, { ttftMs: 5, gapMs: 2 });
    expect(exit, stderr).to.equal(7);
    const { judgement } = JSON.parse(stdout) as { judgement: Judgement };
    expect(judgement.baseline!.verdict).to.equal('regressed');
    expect(judgement.baseline!.reasons.join()).to.match(/\d %/);
  });

  it('6: --strict without a steady state; repeats have figures of their own; a flag beside --from changes it', async () => {
    const [run] = files.runs();
    const ended = await files.bench(['--from', run!, '--requests', '10', '--repeat', '2', '--strict', '--json']);
    expect(ended.exit, ended.stderr).to.equal(6);
    const { requests, repeats, validity, outputTokens } = recordOf(ended);
    expect(requests).to.include({ offered: 20, completed: 20 });
    expect(outputTokens).to.equal(100);
    expect(repeats.map(({ joint, metrics }) => [joint, metrics!['errors.rate']])).to.deep.equal([
      [1, 0],
      [1, 0],
    ]);
    expect(validity.reasons.join()).to.include('No steady state');
  });

  it('--dry-run asks nobody and keeps nothing', async () => {
    const [asked, runs] = [endpoint.server.asked.length, files.runs().length];
    const { exit, stdout } = await files.bench([...plain, '--dry-run', '--json']);
    expect(exit).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({ kind: 'plan', target: endpoint.server.url, outputTokens: 200 });
    expect([endpoint.server.asked.length, files.runs().length]).to.deep.equal([asked, runs]);
  });
});
