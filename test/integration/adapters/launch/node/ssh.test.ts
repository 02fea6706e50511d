import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { freePort } from '../../../../../src/adapters/host/ports.ts';
import { createNodeLauncher } from '../../../../../src/adapters/launch/node/node-launcher.ts';
import { sshTransport } from '../../../../../src/adapters/launch/node/transports.ts';
import { enginesOf } from '../../../../fixtures/launch/engine-pids.ts';
import { engineProcess, given, whenAnswering } from '../../../../fixtures/launch/engines.ts';
import { startSshd, whyNoSshd, type Sshd } from '../../../../fixtures/launch/sshd.ts';
import { isAlive, until } from '../../../../fixtures/programs.ts';
import { ourError } from '../../../../fixtures/rejected.ts';

const never = new AbortController().signal;

describe('engines over a real ssh', () => {
  let sshd: Sshd | undefined;
  let port: number;
  before(async function () {
    const why = whyNoSshd();
    if (why === null) sshd = await startSshd();
    else this.skip();
    port = await freePort('127.0.0.1');
  });
  after(() => sshd?.stop());
  afterEach(() => expect(enginesOf(String(port)), 'engines left').to.deep.equal([]));

  const launcherOf = (options: readonly string[] = [], moods: readonly string[] = []) =>
    createNodeLauncher({
      processes: [engineProcess('p0', 'prefill', port, moods)],
      transport: sshTransport({ user: sshd!.user, options: [...options, ...sshd!.options] }),
      whenReady: whenAnswering,
      graceS: 0.3,
    });

  /** Our ends of the connections to this server. */
  const clients = (): number[] =>
    execFileSync('pgrep', ['-f', `^ssh -T .*${sshd!.options.find((option) => option.startsWith('Port='))!}`], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);

  it('arguments, variables, files and the log pass through login shell and sh as they are', async () => {
    const lines: string[] = [];
    const moods = ["it's", '"$HOME"', 'a\\b', '', ' * ', 'ä'];
    const launcher = createNodeLauncher({
      processes: [engineProcess('p0', 'prefill', port, moods)],
      transport: sshTransport({ user: sshd!.user, options: sshd!.options }),
      whenReady: whenAnswering,
      onLog: (_id, line) => lines.push(line),
    });
    const cluster = await launcher.launch(never);
    const told = await given(cluster.instances[0]!.endpoints.url);
    await cluster.stop();
    expect(told.moods).to.deep.equal(moods);
    expect(told.env).to.include({ GREETING: "it's $HOME", CUDA_VISIBLE_DEVICES: 'GPU-1' });
    expect(told.config).to.equal("a: 'ä'\n");
    expect(lines).to.include.members(['loading weights', 'serving']);
  });

  it('a dropped connection ends the engine there, its detached children too', async () => {
    const cluster = await launcherOf([], ['worker', 'stubborn']).launch(never);
    const { pid, worker } = await given(cluster.instances[0]!.endpoints.url);
    for (const client of clients()) process.kill(client, 'SIGKILL');
    await until('both are gone', () => !isAlive(pid) && !isAlive(worker));
    expect((await cluster.failed).message).to.include('p0');
    await cluster.stop();
  });

  it('a node that cannot be reached is told with what ssh says', async () => {
    const closed = await freePort('127.0.0.1');
    const error = await ourError(launcherOf(['-o', `Port=${closed}`]).launch(never));
    expect(error).to.include({ code: 'PROCESS_FAILED', exitCode: 5 });
    expect(error.message)
      .to.include('p0')
      .and.include('127.0.0.1')
      .and.match(/refused/);
    expect(error.hint).to.include('without a password');
  });

  it('a key that the node does not know is told, and nobody is asked for a password', async () => {
    const error = await ourError(launcherOf(['-o', 'IdentityFile=/dev/null', '-o', 'PreferredAuthentications=password']).launch(never));
    expect(error.message).to.match(/Permission denied/);
  });
});
