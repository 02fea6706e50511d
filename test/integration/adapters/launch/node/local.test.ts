import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { assertPortFree, freePort } from '../../../../../src/adapters/host/ports.ts';
import { createLauncher } from '../../../../../src/adapters/launch/index.ts';
import { createNodeLauncher } from '../../../../../src/adapters/launch/node/node-launcher.ts';
import { localTransport } from '../../../../../src/adapters/launch/node/transports.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import type { EngineProcess, WhenReady } from '../../../../../src/ports/launcher.ts';
import { enginesOf } from '../../../../fixtures/launch/engine-pids.ts';
import { engineProcess, given, whenAnswering } from '../../../../fixtures/launch/engines.ts';
import { ended, isAlive, output, startProgram, until } from '../../../../fixtures/programs.ts';
import { ourError } from '../../../../fixtures/rejected.ts';

const never = new AbortController().signal;

describe('engines as processes of this machine', () => {
  let folder: string;
  let port: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-test-launch-'));
    port = await freePort('127.0.0.1');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    expect(enginesOf(String(port)), 'engines left').to.deep.equal([]);
  });

  const launcherOf = (processes: readonly EngineProcess[], more: Partial<Parameters<typeof createNodeLauncher>[0]> = {}) =>
    createNodeLauncher({ processes, transport: localTransport, whenReady: whenAnswering, workDir: folder, graceS: 0.3, ...more });
  const one = (...moods: string[]): EngineProcess => engineProcess('p0', 'prefill', port, moods);

  it('gives an engine its environment, its files and a folder with its log and a script to start it by hand', async () => {
    const lines: string[] = [];
    const cluster = await launcherOf([one("it's $HOME")], { onLog: (id, line) => lines.push(`${id}: ${line}`) }).launch(never);
    const told = await given(cluster.instances[0]!.endpoints.url);
    await cluster.stop();
    expect(told.env).to.include({ CUDA_VISIBLE_DEVICES: 'GPU-1', GREETING: "it's $HOME" });
    expect(told).to.include({ cwd: join(folder, 'p0'), config: "a: 'ä'\n" });
    expect(told.moods).to.deep.equal(["it's $HOME"]);
    expect(lines).to.include.members(['p0: loading weights', 'p0: serving']);
    expect(readFileSync(join(folder, 'p0', 'engine.log'), 'utf8')).to.equal('loading weights\nserving\n');
    expect(readdirSync(join(folder, 'p0')).sort()).to.deep.equal(['conf', 'engine.log', 'start.sh']);
  });

  it('an engine that does both phases is two instances at one address', async () => {
    const cluster = await launcherOf([engineProcess('a0', 'aggregated', port)]).launch(never);
    await cluster.stop();
    const same = { gpuCount: 1, gpus: ['GPU-1'], domain: 'a0', endpoints: { url: `http://127.0.0.1:${port}` } };
    expect(cluster.instances).to.deep.equal([
      { id: 'a0-prefill', role: 'prefill', ...same },
      { id: 'a0-decode', role: 'decode', ...same },
    ]);
  });

  it('ends engines that ignore SIGTERM, and children that made a session of their own', async () => {
    const cluster = await launcherOf([one('stubborn', 'worker')]).launch(never);
    const { pid, worker } = await given(cluster.instances[0]!.endpoints.url);
    expect([pid, worker].map(isAlive)).to.deep.equal([true, true]);
    await cluster.stop();
    expect([pid, worker].map(isAlive)).to.deep.equal([false, false]);
  });

  it('an engine that dies leaves none of its children', async () => {
    const cluster = await launcherOf([one('worker')]).launch(never);
    const { pid, worker } = await given(cluster.instances[0]!.endpoints.url);
    process.kill(pid, 'SIGKILL');
    expect((await cluster.failed).message)
      .to.include('p0')
      .and.include('SIGKILL')
      .and.include(join(folder, 'p0', 'engine.log'));
    expect(isAlive(worker)).to.equal(false);
    await cluster.stop();
  });

  for (const victim of ['voltana', 'supervisor'] as const) {
    it(`kill -9 of the ${victim} ends the engine and its children`, async () => {
      const program = startProgram('launch/engine-parent.ts', [String(port), 'worker'], {});
      const seen = output(program);
      await until(`ready: ${seen.text}`, () => seen.text.includes('}\n'), 20_000);
      const { pid, worker, supervisor } = JSON.parse(seen.text) as Record<string, number>;
      expect([pid, worker, supervisor].map((one) => isAlive(one!))).to.deep.equal([true, true, true]);
      const gone = ended(program);
      process.kill(victim === 'voltana' ? program.pid! : supervisor!, 'SIGKILL');
      await until('all are gone', () => [pid, worker, supervisor].every((one) => !isAlive(one!)));
      program.kill('SIGKILL');
      await gone;
    });
  }

  it('a missing program is told as such, before anything waits for it', async () => {
    const error = await ourError(launcherOf([{ ...one(), program: 'no-such-engine' }]).launch(never));
    expect(error).to.include({ code: 'PROGRAM_MISSING', exitCode: 3 });
    expect(error.message).to.include('p0').and.include('no-such-engine');
    expect(error.hint).to.include('engine.command');
  });

  it('a missing Python package is told as such', async () => {
    const python = { ...one(), program: 'sh', args: ['-c', `echo "ModuleNotFoundError: No module named 'sglang'" >&2; exit 1`] };
    const error = await ourError(launcherOf([python]).launch(never));
    expect(error).to.include({ code: 'PROGRAM_MISSING' });
    expect(error.message).to.include('the Python package sglang');
  });

  it('a taken port is told by name and number, and nothing starts', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const deps = { cluster: {} as never, whenReady: whenAnswering, assertPortFree };
    const checked = await ourError(createLauncher({ kind: 'local', workDir: folder }, [one()], deps).launch(never));
    expect(checked).to.include({ code: 'PORT_TAKEN', exitCode: 3 });
    expect(checked.message).to.include('p0').and.include(String(port));
    expect(readdirSync(folder)).to.deep.equal([]);
    // The node looks for itself: from elsewhere nobody can.
    const seen = await ourError(launcherOf([one()]).launch(never));
    expect(seen).to.include({ code: 'PORT_TAKEN' });
    expect(seen.message).to.include('p0').and.include(String(port));
    await new Promise((resolve) => server.close(resolve));
  });

  it('two engines that want one port are told before anything starts', async () => {
    const error = await ourError(launcherOf([one(), engineProcess('d0', 'decode', port)]).launch(never));
    expect(error).to.include({ code: 'BAD_VALUE' });
    expect(error.message).to.include('p0').and.include('d0').and.include(String(port));
  });

  it('a folder that cannot be is told', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await ourError(launcherOf([one()], { workDir: join(folder, 'file') }).launch(never));
    expect(error).to.include({ code: 'FILE_UNWRITABLE', exitCode: 3 });
    expect(error.hint).to.include('workDir');
  });

  it('an engine that is not what it should be is ended, with its last lines in the error', async () => {
    const wrong: WhenReady = async (instance, signal) => {
      await whenAnswering(instance, signal);
      throw new VoltanaError('ENGINE_FAILED', 'p0 plays another role', { hint: 'correct it' });
    };
    const error = await ourError(launcherOf([one()], { whenReady: wrong }).launch(never));
    expect(error).to.include({ code: 'ENGINE_FAILED', hint: 'correct it' });
    expect(error.message).to.match(/plays another role.*loading weights/s);
  });

  it('its plan is what it runs: the script in it starts the engine by hand', async () => {
    const steps = launcherOf([one('by-hand')]).plan();
    const script = steps.find(({ what }) => what.endsWith(`${folder}/p0/start.sh`))!.text;
    const shown = execFileSync('sh', ['-c', script.replace(/launch\/engine\.js/, 'launch/shown.js')], {
      encoding: 'utf8',
      env: process.env,
    });
    expect(JSON.parse(shown)).to.deep.equal({ args: [String(port), 'by-hand'], greeting: "it's $HOME" });
    expect(steps.map(({ what }) => what).join())
      .to.include('conf/engine.yaml')
      .and.include(`http ${port}`);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('leaves no temporary folder of an engine that was stopped', async () => {
    const cluster = await launcherOf([one()], { workDir: undefined }).launch(never);
    const { cwd } = await given(cluster.instances[0]!.endpoints.url);
    expect(readdirSync(cwd)).to.include('engine.log');
    await cluster.stop();
    expect(() => readdirSync(cwd)).to.throw('ENOENT');
  });
});
