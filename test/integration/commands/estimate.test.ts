import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { ended } from '../../fixtures/programs.ts';

interface Answer {
  readonly exit: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

const estimate = async (...args: string[]): Promise<Answer> => {
  const child = spawn(process.execPath, [RUN, 'estimate', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (chunk: string) => (seen[name] += chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const exit = await ended(child);
  await closed;
  return { exit, ...seen };
};

const DEVICE = ['--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b'];
const DECODE = ['--phase', 'decode', '--batch', '32', '--context-tokens', '1024'];

describe('voltana estimate', function () {
  this.timeout(30_000);

  it('prints one document on stdout with the keys of the contract, and writes the same to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-estimate-'));
    try {
      const file = join(folder, 'point.json');
      const { exit, stdout } = await estimate(...DEVICE, ...DECODE, '--clock', '1005', '--json', '--output', file);
      const document = JSON.parse(stdout) as Record<string, unknown>;
      expect(exit).to.equal(0);
      expect(document).to.include({
        kind: 'estimate',
        clockMhz: 1005,
        appliedClockMhz: 1005,
        capped: false,
        bound: 'memory',
        inRange: true,
        evidence: 'validated',
      });
      for (const key of ['latencyMs', 'powerW', 'energyJ']) expect(document[key], key).to.be.a('number').above(0);
      expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(document);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('answers for an emulated cluster as a table over all clocks, and says that it is emulated', async () => {
    const { exit, stdout } = await estimate('--emulated', 'emulated-2p2d-a100-llama-3.1-8b', ...DECODE, '--sweep', 'clock');
    const lines = stdout.trimEnd().split('\n');
    expect(exit).to.equal(0);
    // A heading, 81 clocks, a blank line, the evidence.
    expect(lines).to.have.length(84);
    expect(lines[1]).to.match(/^ *210 +210 /);
    expect(lines.at(-1)).to.match(/^evidence: emulated/);
  });

  it('inherits the weakest evidence of a sweep, and tells each point its own', async () => {
    const { stdout } = await estimate(...DEVICE, ...DECODE, '--sweep', 'clock', '--json');
    const { evidence, points } = JSON.parse(stdout) as { evidence: string; points: { clockMhz: number; evidence: string }[] };
    expect(evidence).to.equal('extrapolated');
    for (const point of points)
      expect(point.evidence, `${point.clockMhz} MHz`).to.equal(point.clockMhz < 690 ? 'extrapolated' : 'validated');
  });

  it('has a column for the evidence where it differs by row, and none where it does not', async () => {
    const mixed = (await estimate(...DEVICE, ...DECODE, '--sweep', 'clock')).stdout.trimEnd().split('\n');
    expect(mixed[0]).to.match(/bound +evidence$/);
    expect([mixed[1], mixed.at(-3)]).to.satisfy(([first, last]: string[]) => / extrapolated$/.test(first!) && / validated$/.test(last!));
    expect(mixed.at(-1)).to.match(/^evidence: by row/);
    const one = (await estimate(...DEVICE, ...DECODE, '--clock', '1005')).stdout;
    expect(one)
      .to.match(/bound\n/)
      .and.match(/^evidence: validated; /m);
  });

  const refused: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ['no clock', [...DEVICE, ...DECODE], /needs a clock.*--sweep clock/],
    ['no device', [...DECODE, '--clock', '1005'], /needs a device.*--emulated/],
    [
      'an emulated cluster and a card at once',
      ['--emulated', 'emulated-2p2d-a100-llama-3.1-8b', ...DEVICE, ...DECODE, '--clock', '1005'],
      /--gpu|--emulated/,
    ],
    ['an unknown id', ['--gpu', 'a100-sxm4-80g', '--model', 'llama-3.1-8b', ...DECODE, '--clock', '1005'], /Did you mean "a100-sxm4-80gb"/],
    ['what does not fit', [...DEVICE, '--phase', 'decode', '--batch', '32', '--context-tokens', '100000', '--clock', '1005'], /3200000/],
    ['a number that is none', [...DEVICE, ...DECODE, '--clock', 'fast'], /--clock.*fast/],
    ['half a request', [...DEVICE, '--phase', 'decode', '--batch', '1.5', '--context-tokens', '10', '--clock', '1005'], /whole number/],
    [
      'more requests than there can be',
      [...DEVICE, '--phase', 'decode', '--batch', '1e30', '--context-tokens', '10', '--clock', '1005'],
      /1000000/,
    ],
    ['a clock between two of the table', [...DEVICE, ...DECODE, '--clock', '1005.5'], /210\.\.1410 MHz/],
    ['GPUs that do not divide the heads', [...DEVICE, ...DECODE, '--tp', '3', '--clock', '1005'], /Give one of 1, 2, 4/],
    ['a negative number', [...DEVICE, ...DECODE, '--tp', '-1', '--clock', '1005'], /--tp/],
  ];
  for (const [what, args, says] of refused) {
    it(`refuses ${what} with one line and exit 2`, async () => {
      const { exit, stdout, stderr } = await estimate(...args);
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
      expect(stderr).to.match(says);
    });
  }
});
