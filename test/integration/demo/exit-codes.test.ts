import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { freePort } from '../../../src/adapters/host/ports.ts';
import { readCommandLine } from '../../../src/adapters/host/process-table.ts';
import type { Comparison } from '../../../src/domain/run-record.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { allGone, demoFolder, killTree, RUN, saidBy, startDemo, startGroup, treeOf, type StartedDemo } from '../../fixtures/demo.ts';
import { fixture, until } from '../../fixtures/programs.ts';
import { validator } from '../../fixtures/schemas.ts';

const LOOPBACK = '127.0.0.1';
const INSTANCE = /processes\/emulated-instance/;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Every so often, until it answers something; the demo must not end meanwhile. */
const polled = async <T>(demo: StartedDemo, what: string, ask: () => Promise<T | null>, limitMs = 40_000): Promise<T> => {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    if (performance.now() > deadlineMs || demo.child.exitCode !== null) throw new Error(`never: ${what}; it said: ${demo.stderr()}`);
    await pause(5);
  }
};

/** Each of them as CI meets it: the whole command, from its start to its exit code. */
describe('exit codes of whole commands', function () {
  this.timeout(90_000);
  const files = demoFolder();
  let demo: StartedDemo;
  afterEach(() => killTree(demo.pid));
  after(() => files.remove());

  const instances = (): number[] =>
    treeOf(demo.pid)
      .filter((pid) => INSTANCE.test(readCommandLine(pid)))
      .sort((a, b) => a - b);
  const snapshot = async (port: number): Promise<Snapshot> =>
    (await (await fetch(`http://${LOOPBACK}:${port}/voltana/snapshot`)).json()) as Snapshot;
  const trace = (name: string, requests: number, everyMs: number): string => {
    const at = (i: number): string => `2023-11-16 18:00:0${((i * everyMs) / 1000).toFixed(3)}0000`;
    const rows = Array.from({ length: requests }, (_, i) => `${at(i)},${300 + i},20`);
    writeFileSync(files.at(name), ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n'));
    return files.at(name);
  };
  const small = files.cluster('small.yaml');
  /** Freezes a process for a while, as a machine that is busy with something else does. */
  const freeze = async (pid: number, ms: number): Promise<void> => {
    process.kill(pid, 'SIGSTOP');
    await pause(ms);
    process.kill(pid, 'SIGCONT');
  };

  it('1: a bug of voltana in `estimate`, told with its stack and where to report it', async () => {
    const bug = `--import=${new URL('planted-bug.js', `file://${fixture('bin/')}`).href}`;
    const args = [
      'estimate',
      '--gpu',
      'a100-sxm4-80gb',
      '--model',
      'llama-3.1-8b',
      '--phase',
      'decode',
      '--context-tokens',
      '9',
      '--clock',
      '1005',
    ];
    demo = startGroup(process.execPath, [bug, RUN, ...args]);
    expect(await demo.ended).to.equal(1);
    expect(demo.stdout()).to.equal('');
    expect(demo.stderr())
      .to.match(/^TypeError: a bug on purpose\n {4}at /)
      .and.match(/\nerror: voltana failed unexpectedly\. Please report this [^\n]*\n$/);
  });

  it('4: another controller holds the clocks of an instance when the demo wants to profile it', async () => {
    const controlPort = await freePort(LOOPBACK);
    const cluster = files.cluster('held.yaml', (file) => Object.assign(file.instances[0]!, { controlPort }));
    demo = startDemo(['--cluster', cluster, '--trace', files.at('short.csv')]);
    await until('both instances start', () => instances().length === 2);
    // The other one starts later, so that there is time to be first.
    const [, later] = instances();
    process.kill(later!, 'SIGSTOP');
    const lease = { method: 'POST', body: JSON.stringify({ holder: 'somebody else', ttlMs: 60_000 }) };
    await polled(demo, 'the lease', async () => ((await fetch(`http://${LOOPBACK}:${controlPort}/gpu/lease`, lease)).ok ? true : null));
    const pids = treeOf(demo.pid);
    process.kill(later!, 'SIGCONT');
    expect(await demo.ended).to.equal(4);
    expect(demo.stderr()).to.equal(
      'error: another controller holds the clocks of p0. Another controller holds these clocks; stop it first.\n',
    );
    await allGone(pids);
  });

  it('6: a client that could not keep its schedule, with the document on stdout and in --output all the same', async () => {
    const [port, output] = [await freePort(LOOPBACK), files.at('late.json')];
    const load = ['--trace', trace('steady.csv', 30, 80), '--gateway-port', String(port)];
    demo = startDemo(['--cluster', small, ...load, '--json', '--output', output]);
    await saidBy(demo, 'baseline:');
    await polled(demo, 'the first answers', async () => ((await snapshot(port)).requests.completed >= 3 ? true : null));
    await freeze(demo.pid, 1000);
    expect(await demo.ended, demo.stderr()).to.equal(6);
    const document = JSON.parse(demo.stdout()) as Comparison;
    expect(validator('comparison')(document)).to.equal(true);
    expect(readFileSync(output, 'utf8')).to.equal(demo.stdout());
    expect(document.verdict).to.equal('invalid');
    expect(document.reasons.join()).to.match(/The baseline is not valid: The client sent \d+ of 30 requests more than 25 ms late/);
    expect(document.candidate.requests.completed).to.equal(30);
  });

  it('7: an engine that stalls in the second run makes it a regression, and the document says why', async () => {
    const port = await freePort(LOOPBACK);
    const load = ['--trace', trace('burst.csv', 8, 20), '--gateway-port', String(port), '--slo-ttft', '600'];
    demo = startDemo(['--cluster', small, ...load, '--json']);
    await saidBy(demo, 'candidate:', 60_000);
    const [prefill] = instances();
    await polled(demo, 'the first request', async () => ((await snapshot(port)).requests.inFlight > 0 ? true : null));
    await freeze(prefill!, 1300);
    expect(await demo.ended, demo.stderr()).to.equal(7);
    const { verdict, reasons, baseline, candidate } = JSON.parse(demo.stdout()) as Comparison;
    expect(verdict).to.equal('regressed');
    expect(reasons.join()).to.match(/joint SLO attainment is worse/);
    expect(baseline.sloAttainment.ttft).to.equal(1);
    expect(candidate.sloAttainment.ttft).to.be.below(0.75);
    expect(candidate.requests.completed).to.equal(8);
  });
});
