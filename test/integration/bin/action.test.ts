import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly id?: string; readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
  };
}

const action = parse(readFileSync(new URL('../../../action.yml', import.meta.url), 'utf8')) as Action;
const bench = action.runs.steps.find(({ id }) => id === 'bench')!;

/** Writes down what it was called with, and ends as it is told. */
const STAND_IN = `const { writeFileSync } = require('node:fs');
writeFileSync('called.json', JSON.stringify(process.argv.slice(2)));
process.exit(Number(process.env.STAND_IN_EXIT ?? 0));`;

const OUTPUTS = ['json', 'csv', 'md', 'xml'].flatMap((ending) => ['--output', `out/run.${ending}`]);

describe('the composite action', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-action-'));
    mkdirSync(join(folder, 'action/bin'), { recursive: true });
    writeFileSync(join(folder, 'action/bin/run.js'), STAND_IN);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (inputs: Readonly<Record<string, string>>, exitCode = 0) => {
    const ended = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', bench.run!], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        GITHUB_ACTION_PATH: join(folder, 'action'),
        GITHUB_OUTPUT: join(folder, 'github-output'),
        STAND_IN_EXIT: String(exitCode),
        ...{ ARGS: '', THRESHOLDS: '', BASELINE: '', OUTPUT: 'out', ...inputs },
      },
    });
    const called = join(folder, 'called.json');
    return {
      status: ended.status,
      stdout: ended.stdout,
      argv: existsSync(called) ? (JSON.parse(readFileSync(called, 'utf8')) as string[]) : null,
      outputs: readFileSync(join(folder, 'github-output'), 'utf8').trim().split('\n'),
    };
  };

  it('hands arguments on as a shell would quote them, expands nothing, and makes the folder', () => {
    const { argv, status } = run({ ARGS: `--url 'http://h/v1?a=b c' --rate 4\n--workload "$(touch hit) \`id\`" *` });
    expect(argv).to.deep.equal(['bench', '--url', 'http://h/v1?a=b c', '--rate', '4', '--workload', '$(touch hit) `id`', '*', ...OUTPUTS]);
    expect([status, existsSync(join(folder, 'out')), existsSync(join(folder, 'hit'))]).to.deep.equal([0, true, false]);
  });

  it('takes one threshold a line', () => {
    const { argv } = run({ ARGS: '--rate 1', THRESHOLDS: 'ttft.p99<800\n\nslo.joint>=0.99\n' });
    expect(argv).to.deep.equal(['bench', '--rate', '1', '--threshold', 'ttft.p99<800', '--threshold', 'slo.joint>=0.99', ...OUTPUTS]);
  });

  it('leaves out a baseline that is not there yet, and says so', () => {
    const { argv, stdout } = run({ ARGS: '--rate 1', BASELINE: 'no such file' });
    expect(argv).to.not.include('--baseline');
    expect(stdout).to.match(/^::notice title=Baseline::/);
    writeFileSync(join(folder, 'base line.json'), '{}');
    expect(run({ ARGS: '--rate 1', BASELINE: 'base line.json' }).argv).to.include.members(['--baseline', 'base line.json']);
  });

  it('ends as the bench does, and tells its exit code', () => {
    const { status, outputs } = run({ ARGS: '--rate 1' }, 99);
    expect(status).to.equal(99);
    expect(outputs).to.deep.equal(['exit-code=99', 'document=out/run.json']);
  });

  it('gets every input as a variable: nothing is pasted into the script', () => {
    expect(bench.run).to.not.include('${{');
    expect(Object.values(bench.env!)).to.deep.equal(['args', 'thresholds', 'baseline', 'output'].map((name) => `\${{ inputs.${name} }}`));
    execFileSync('bash', ['-n', '-c', bench.run!]);
  });
});
