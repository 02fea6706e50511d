import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'chai';
import { freePort } from '../../../src/adapters/host/ports.ts';
import { allGone, demoFolder, killTree, RUN, saidBy, startDemo, startGroup, treeOf, type StartedDemo } from '../../fixtures/demo.ts';
import { isAlive, until } from '../../fixtures/programs.ts';
import { validator } from '../../fixtures/schemas.ts';

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).setTimeout(1000, () => socket.destroy());
  });

const isService = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/processes/');

describe('voltana demo, ended from outside', function () {
  this.timeout(60_000);
  const files = demoFolder();
  let demo: StartedDemo;
  afterEach(() => killTree(demo.pid));
  after(() => files.remove());

  const interruptGroup = (signal: NodeJS.Signals): void => void process.kill(-demo.pid, signal);
  /** The single line of an error, after what was kept. */
  const lastLine = (): string => demo.stderr().trimEnd().split('\n').at(-1)!;
  const expectGone = async (pids: readonly number[]): Promise<void> => {
    expect(pids, 'the demo had started something').to.have.length.above(1);
    await allGone(pids);
  };

  it('Ctrl-C while the instances start: 130, one line, nothing left', async () => {
    demo = startDemo(files.small);
    await until('first child', () => treeOf(demo.pid).length > 1);
    const pids = treeOf(demo.pid);
    interruptGroup('SIGINT');
    await expectGone(pids);
    expect(await demo.ended).to.equal(130);
    expect(demo.stderr()).to.equal('error: Interrupted. Run the same command to start again.\n');
  });

  it('SIGTERM while it profiles: 143, and the ports are free again', async () => {
    const [port, controlPort, gatewayPort] = [await freePort('127.0.0.1'), await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    const cluster = files.cluster('ports.yaml', ({ instances }) => Object.assign(instances[0]!, { port, controlPort }));
    demo = startDemo(['--cluster', cluster, '--trace', files.at('short.csv'), '--gateway-port', String(gatewayPort)]);
    await saidBy(demo, 'cluster:');
    expect([await listens(port), await listens(controlPort)]).to.deep.equal([true, true]);
    const pids = treeOf(demo.pid);
    demo.child.kill('SIGTERM');
    await expectGone(pids);
    expect(await demo.ended).to.equal(143);
    expect(demo.stderr()).to.equal('error: Terminated. Run the same command to start again.\n');
    expect([await listens(port), await listens(controlPort)]).to.deep.equal([false, false]);
  });

  it('Ctrl-C in the first run: 130, and says what was finished', async () => {
    demo = startDemo(files.small);
    await saidBy(demo, 'baseline:');
    await until('gateway', () => treeOf(demo.pid).length === 4);
    const pids = treeOf(demo.pid);
    interruptGroup('SIGINT');
    await expectGone(pids);
    expect(await demo.ended).to.equal(130);
    expect(demo.stderr().split('\n')[0]).to.match(/^finished before the end: profile, fitted; .*--output FILE$/);
    expect(lastLine()).to.match(/^error: Interrupted\./);
  });

  it('SIGTERM in the second run: 143, and the finished parts are whole documents beside --output', async () => {
    const output = files.at('run.json');
    demo = startDemo([...files.small, '--quiet', '--output', output, '--json']);
    const part = (name: string): string => `run.partial-${name}.json`;
    const parts = (): string[] => readdirSync(files.folder).filter((name) => name.includes('run'));
    await until('baseline kept', () => parts().includes(part('baseline')), 40_000);
    const pids = treeOf(demo.pid);
    demo.child.kill('SIGTERM');
    await expectGone(pids);
    expect(await demo.ended).to.equal(143);
    expect(demo.stdout()).to.equal('');
    expect(parts().sort()).to.deep.equal([part('baseline'), part('fitted'), part('profile')]);
    for (const [name, schema] of [
      ['profile', 'profile'],
      ['fitted', 'fitted'],
      ['baseline', 'run'],
    ] as const) {
      expect(validator(schema)(JSON.parse(readFileSync(files.at(part(name)), 'utf8'))), name).to.equal(true);
      expect(demo.stderr()).to.contain(files.at(part(name)));
    }
  });

  it('kill -9 of the demo takes its processes with it', async () => {
    demo = startDemo(files.small);
    await saidBy(demo, 'cluster:');
    const pids = treeOf(demo.pid);
    demo.child.kill('SIGKILL');
    await expectGone(pids);
  });

  it('kill -9 of the shell that started it does too', async () => {
    demo = startGroup('sh', ['-c', `'${process.execPath}' '${RUN}' demo ${files.small.map((arg) => `'${arg}'`).join(' ')}; true`]);
    await saidBy(demo, 'cluster:');
    const pids = treeOf(demo.pid);
    demo.child.kill('SIGKILL');
    await expectGone(pids);
    expect(lastLine()).to.equal('error: The process that started the demo is gone. Run the same command to start again.');
  });

  it('a reader that goes away after one line ends it quietly', async () => {
    demo = startGroup('sh', ['-c', `'${process.execPath}' '${RUN}' demo ${files.small.map((arg) => `'${arg}'`).join(' ')} | head -1`]);
    await saidBy(demo, 'cluster:');
    await expectGone(
      treeOf(demo.pid)
        .filter((pid) => pid !== demo.pid && isAlive(pid))
        .concat(demo.pid),
    ).catch(() => undefined);
    expect(await demo.ended).to.equal(0);
    expect(demo.stderr()).to.equal('');
  });

  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`through npm start: ${signal} to npm alone ends everything with ${exit}`, async () => {
      demo = startGroup('npm', ['start', '--silent', '--', ...files.small]);
      await saidBy(demo, 'cluster:');
      const pids = treeOf(demo.pid);
      demo.child.kill(signal);
      await expectGone(pids);
      expect(await demo.ended).to.equal(exit);
    });
  }

  it('through npm start: Ctrl-C, which comes from the terminal and from npm, counts once', async () => {
    demo = startGroup('npm', ['start', '--silent', '--', ...files.small]);
    await saidBy(demo, 'cluster:');
    const pids = treeOf(demo.pid);
    interruptGroup('SIGINT');
    await expectGone(pids);
    expect(await demo.ended).to.equal(130);
    expect(demo.stderr().match(/^error: .*$/gm)).to.deep.equal(['error: Interrupted. Run the same command to start again.']);
  });

  it('through npm start: kill -9 of npm leaves nothing', async () => {
    demo = startGroup('npm', ['start', '--silent', '--', ...files.small]);
    await saidBy(demo, 'cluster:');
    const pids = treeOf(demo.pid);
    demo.child.kill('SIGKILL');
    await expectGone(pids);
  });

  for (const [who, name] of [
    ['instance', 'instance (p0|d0)'],
    ['gateway', 'gateway'],
  ] as const) {
    it(`a ${who} that dies in a run: 5, one line that names it, no stack, nothing left`, async function () {
      if (process.platform !== 'linux') this.skip();
      demo = startDemo(files.small);
      await saidBy(demo, 'baseline:');
      const service = `processes/${who === 'gateway' ? 'gateway' : 'emulated-instance'}`;
      // A process that was only just forked still has its parent's command line.
      const victimAmong = (pids: readonly number[]): number | undefined =>
        pids
          .slice(1)
          .filter(isService)
          .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(service));
      await until(who, () => treeOf(demo.pid).length === 4 && victimAmong(treeOf(demo.pid)) !== undefined);
      const pids = treeOf(demo.pid);
      process.kill(victimAmong(pids)!, 'SIGKILL');
      expect(await demo.ended).to.equal(5);
      await expectGone(pids);
      expect(lastLine()).to.match(new RegExp(`^error: ${name} was ended by SIGKILL\\. Run again; with --verbose`));
      expect(demo.stderr()).not.to.match(/\n {4}at /);
    });
  }
});
