import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { csvOf } from '../../../src/reporting/run/csv.ts';
import { junitOf } from '../../../src/reporting/run/junit.ts';
import { markdownOf } from '../../../src/reporting/run/markdown.ts';
import { vllmResult } from '../../../src/reporting/run/vllm.ts';
import { ROOT, RUN } from '../../fixtures/demo.ts';

const SIMULATION =
  'simulate --gpu a100-sxm4-80gb --model llama-3.1-8b --prefill 1 --decode 1 --duration 5 --slo-ttft 1000 --slo-itl 50 --governor max --quiet'.split(
    ' ',
  );

describe('--output of a run', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-outputs-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (args: readonly string[], ...names: string[]) =>
    spawnSync(process.execPath, [RUN, ...args, ...names.flatMap((name) => ['--output', join(folder, name)])], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('writes one document in every format', () => {
    const { status, stderr } = run(SIMULATION, 'a.json', 'a.csv', 'a.md', 'a.xml', 'a.vllm.json');
    expect(status, stderr).to.equal(0);
    const record = JSON.parse(text('a.json')) as RunRecord;
    expect(text('a.csv')).to.equal(csvOf(record));
    expect(text('a.md')).to.equal(markdownOf(record));
    expect(text('a.xml')).to.equal(junitOf(record));
    expect(JSON.parse(text('a.vllm.json'))).to.deep.equal(vllmResult(record));
  });

  it('refuses an ending of another kind before anything runs or is written', () => {
    const { status, stderr } = run(SIMULATION, 'a.json', 'a.pdf');
    expect(status).to.equal(2);
    expect(stderr)
      .to.match(/a\.pdf" has no known ending/)
      .and.match(/ends in .*\.html/);
    expect(existsSync(join(folder, 'a.json'))).to.equal(false);
  });

  it('refuses the key set of one run for a comparison', () => {
    const { status, stderr } = run(['demo', '--dry-run'], 'a.vllm.json');
    expect(status).to.equal(2);
    expect(stderr).to.match(/of one run, not of two/);
  });
});
