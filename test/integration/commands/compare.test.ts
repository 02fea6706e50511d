import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ClientComparison } from '../../../src/domain/client-comparison.ts';
import type { Comparison } from '../../../src/domain/run-record.ts';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { ended } from '../../fixtures/programs.ts';
import { baselineRun, candidateRun } from '../../fixtures/run-records.ts';
import { validator } from '../../fixtures/schemas.ts';
import { vllmResult } from '../../fixtures/vllm-results.ts';

interface Answer {
  readonly exit: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

describe('voltana compare', function () {
  this.timeout(60_000);
  let folder: string;
  const inFolder = (name: string): string => join(folder, name);
  const keep = (name: string, document: unknown): void => writeFileSync(inFolder(name), JSON.stringify(document));

  const compare = async (...args: string[]): Promise<Answer> => {
    const env = { ...process.env, VOLTANA_RUNS_DIR: inFolder('runs') };
    const child = spawn(process.execPath, [RUN, 'compare', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env });
    const seen = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (chunk: string) => (seen[name] += chunk));
    const closed = new Promise((resolve) => child.once('close', resolve));
    const exit = await ended(child);
    await closed;
    return { exit, ...seen };
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-compare-'));
    keep('max.json', baselineRun());
    keep('slo.json', candidateRun());
    keep('other.json', candidateRun({ config: { ...baselineRun().config, workload: 'sharegpt' } }));
    keep('blind.json', candidateRun({ samples: null }));
    keep('vllm.json', vllmResult());
    keep('vllm-slow.json', vllmResult(1.2));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('prints one document on stdout, writes it in every format, and ends with 0 when improved', async () => {
    const files = ['c.json', 'c.csv', 'c.md', 'c.xml'].map(inFolder);
    const outputs = files.flatMap((file) => ['--output', file]);
    const { exit, stdout, stderr } = await compare(inFolder('max.json'), inFolder('slo.json'), '--json', ...outputs);
    expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' });
    const document = JSON.parse(stdout) as Comparison;
    expect(document).to.include({ kind: 'comparison', verdict: 'improved' });
    expect(document.argv.slice(0, 2)).to.deep.equal(['compare', inFolder('max.json')]);
    expect(JSON.parse(readFileSync(files[0]!, 'utf8'))).to.deep.equal(document);
    expect(validator('comparison')(document)).to.equal(true);
    const [csv, markdown, junit] = files.slice(1).map((file) => readFileSync(file, 'utf8'));
    expect(csv).to.match(/^which,/);
    expect(markdown).to.include('improved');
    expect(junit).to.match(/<testsuite/);
    // The comparison itself names its candidate.
    expect((await compare(inFolder('max.json'), files[0]!, '--json')).stdout).to.include('"verdict": "improved"');
  });

  it('7 when regressed, as text without escapes, with the latency given away', async () => {
    const { exit, stdout } = await compare(inFolder('slo.json'), inFolder('max.json'));
    expect(exit).to.equal(7);
    expect(stdout)
      .to.match(/verdict: regressed/)
      .and.match(/energy\.per_output_token +regressed/);
    expect(stdout).to.include('the latency given away is -60.0 ms (p50)').and.not.include('\u001b');
  });

  it('6 when they must not be compared, 0 when nobody can tell, and 6 for that with --strict', async () => {
    const invalid = await compare(inFolder('max.json'), inFolder('other.json'));
    expect(invalid.exit).to.equal(6);
    expect(invalid.stdout).to.include('The runs differ in workload');
    expect((await compare(inFolder('max.json'), inFolder('blind.json'))).exit).to.equal(0);
    expect((await compare(inFolder('max.json'), inFolder('blind.json'), '--strict')).exit).to.equal(6);
  });

  it('--threshold-pct: what is no change for anybody is no regression', async () => {
    const { exit, stdout } = await compare(inFolder('slo.json'), inFolder('max.json'), '--threshold-pct', '60', '--json');
    expect(exit).to.equal(0);
    expect((JSON.parse(stdout) as Comparison).metrics.every(({ practicalPct }) => practicalPct === 60)).to.equal(true);
  });

  it('results of vllm bench serve, marked as what they are', async () => {
    const { exit, stdout } = await compare(inFolder('vllm.json'), inFolder('vllm-slow.json'));
    expect(exit).to.equal(7);
    expect(stdout)
      .to.match(/ttft\.mean +regressed/)
      .and.include('Latency and throughput only');
    const answer = await compare(inFolder('vllm.json'), inFolder('vllm.json'), '--json');
    expect(answer.exit).to.equal(0);
    expect(JSON.parse(answer.stdout) as ClientComparison).to.include({ kind: 'client-comparison', verdict: 'same' });
  });

  for (const [what, args, stderr] of [
    ['an id that is none', ['max.json', 'nobody-knows'], /unknown run/],
    ['one run', ['max.json'], /required arg/],
    ['an output without a known ending', ['max.json', 'slo.json', '--output', 'c.png'], /no known ending/],
    ['another client in csv', ['vllm.json', 'vllm.json', '--output', 'c.csv'], /JSON only/],
  ] as const)
    it(`2 for ${what}`, async () => {
      const answer = await compare(...args.map((arg) => (/^(max|slo|vllm)\.json$|^c\./.test(arg) ? inFolder(arg) : arg)));
      expect(answer.exit, answer.stderr).to.equal(2);
      expect(answer.stderr).to.match(stderr);
    });
});
