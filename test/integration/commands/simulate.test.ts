import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { ended, output, until } from '../../fixtures/programs.ts';

interface Answer {
  readonly exit: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

const start = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [RUN, 'simulate', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });

const simulate = async (...args: string[]): Promise<Answer> => {
  const child = start(args);
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]!.setEncoding('utf8').on('data', (chunk: string) => (seen[name] += chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const exit = await ended(child);
  await closed;
  return { exit, ...seen };
};

const DEVICE = ['--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b'];
const FLEET = ['--prefill', '1', '--decode', '1', '--slo-ttft', '1000', '--slo-itl', '50'];
const LOAD = ['--workload', 'azure-conv-2023', '--rate', '4', '--duration', '10'];

describe('voltana simulate', function () {
  this.timeout(60_000);

  it('prints one document on stdout with the keys of the contract, and writes the same to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-simulate-'));
    try {
      const file = join(folder, 'run.json');
      const { exit, stdout, stderr } = await simulate(
        ...DEVICE,
        ...FLEET,
        ...LOAD,
        '--governor',
        'max',
        '--routing',
        'least-requests',
        '--json',
        '--output',
        file,
      );
      const record = JSON.parse(stdout) as RunRecord;
      expect(exit).to.equal(0);
      expect(record).to.include({ kind: 'run', mode: 'simulated', evidence: 'validated', seed: 1 });
      expect(record.config).to.include({ governor: 'max', routing: 'least-requests', prefill: 1, decode: 1, rate: 4, durationS: 10 });
      expect(record.argv.slice(0, 3)).to.deep.equal(['simulate', '--gpu', 'a100-sxm4-80gb']);
      expect(record.requests.completed).to.be.above(0);
      expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(record);
      expect(stderr).to.match(/simulating 1 prefill \+ 1 decode/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('gives a pipe plain text: the run, and the decision that was asked for', async () => {
    const { exit, stdout, stderr } = await simulate(...DEVICE, ...FLEET, ...LOAD, '--seed', '3', '--hostile', '2', '--quiet', '--explain');
    expect(exit).to.equal(0);
    expect(stdout).to.not.match(/\x1b/);
    expect(stdout)
      .to.match(/J per output token/)
      .and.match(/hostile worlds +2:/)
      .and.match(/eco chose p0 and d0: /);
    expect(stderr).to.equal('');
  });

  it('takes the seed, and no default for a promise', async () => {
    const { stdout } = await simulate(...DEVICE, ...FLEET, ...LOAD, '--seed', '5', '--json', '--quiet');
    expect((JSON.parse(stdout) as RunRecord).seed).to.equal(5);
    const bare = await simulate(...DEVICE, '--prefill', '1', '--decode', '1', ...LOAD);
    expect(bare).to.include({ exit: 2, stdout: '' });
    expect(bare.stderr).to.match(/--slo-ttft MS is missing/);
  });

  it('ends at a Ctrl-C in the middle of its work with exit 130 and nothing on stdout', async () => {
    const child = start([...DEVICE, ...FLEET, '--duration', '1000000', '--json']);
    const seen = output(child);
    await until('it simulates', () => seen.text.includes('simulating'), 30_000);
    const exit = ended(child);
    child.kill('SIGINT');
    expect(await exit).to.equal(130);
    expect(seen.text)
      .to.match(/Interrupted/)
      .and.not.match(/"kind"/);
  });

  const refused: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    [
      'no instances',
      [...DEVICE, '--prefill', '0', '--decode', '1', '--slo-ttft', '1000', '--slo-itl', '50', ...LOAD],
      /--prefill "0".*from 1/,
    ],
    ['a missing fleet', [...DEVICE, '--decode', '1', '--slo-ttft', '1000', '--slo-itl', '50', ...LOAD], /prefill/],
    ['a fit and a card at once', [...DEVICE, '--fitted', 'a.json', ...FLEET, ...LOAD], /--gpu|--fitted/],
    ['what does not fit', ['--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.3-70b', ...FLEET, ...LOAD], /141\.1 GB of weights.*76\.0 GB/],
    ['no promise of nothing', [...DEVICE, ...FLEET, ...LOAD, '--slo-itl', '0'], /--slo-itl/],
    ['a governor that is none', [...DEVICE, ...FLEET, ...LOAD, '--governor', 'slow'], /Did you mean "slo"/],
    ['a file with another ending', [...DEVICE, ...FLEET, ...LOAD, '--output', 'run.pdf'], /\.json.*\.csv/],
  ];
  for (const [what, args, says] of refused) {
    it(`refuses ${what} with one line and exit 2`, async () => {
      const { exit, stdout, stderr } = await simulate(...args);
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
      expect(stderr).to.match(says);
    });
  }
});
