import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../../../src/adapters/host/ports.ts';
import { createNodeLauncher } from '../../../../../src/adapters/launch/node/node-launcher.ts';
import { slurmTransport } from '../../../../../src/adapters/launch/node/transports.ts';
import { enginesOf } from '../../../../fixtures/launch/engine-pids.ts';
import { engineProcess, given, whenAnswering } from '../../../../fixtures/launch/engines.ts';
import { startSlurm, whyNoSlurm, type Slurm } from '../../../../fixtures/launch/slurm.ts';
import { ended, output, startProgram, until } from '../../../../fixtures/programs.ts';
import { ourError } from '../../../../fixtures/rejected.ts';

const never = new AbortController().signal;

describe('engines as jobs of a real Slurm', () => {
  let slurm: Slurm | undefined;
  const workDir = mkdtempSync(join(tmpdir(), 'voltana-test-jobs-'));
  let port: number;
  before(async function () {
    this.timeout(40_000);
    const why = whyNoSlurm();
    if (why !== null) {
      process.stderr.write(`    skipped: ${why}\n`);
      this.skip();
    }
    slurm = await startSlurm();
    port = await freePort('127.0.0.1');
  });
  after(async () => {
    await slurm?.stop();
    rmSync(workDir, { recursive: true, force: true });
  });
  afterEach(async () => {
    if (slurm === undefined) return;
    await until('no job is left', () => slurm!.jobs().length === 0);
    expect(enginesOf(String(port)), 'engines left').to.deep.equal([]);
  });

  const launcherOf = (...moods: string[]) =>
    createNodeLauncher({
      processes: [engineProcess('p0', 'prefill', port, [`at http://127.0.0.1:${port}`, ...moods])],
      transport: slurmTransport({}),
      whenReady: whenAnswering,
      graceS: 0.3,
      workDir,
    });

  it('runs an engine on the node that Slurm gives it, under its name, until it is stopped', async () => {
    const cluster = await launcherOf('worker').launch(never);
    expect(cluster.instances[0]!.endpoints.url).to.equal(`http://${slurm!.host}:${port}`);
    expect(slurm!.jobs()).to.have.length(1);
    expect(slurm!.jobs()[0]).to.match(/^voltana-[0-9a-f]+$/);
    const told = await given(cluster.instances[0]!.endpoints.url);
    expect(told.moods[0]).to.equal(`at http://${slurm!.host}:${port}`);
    await cluster.stop();
  });

  it('one that dies is told with its last words, and its job is gone', async () => {
    const error = await ourError(launcherOf('dies').launch(never));
    expect(error.message).to.include('p0').and.include('cannot go on');
  });

  it('kill -9 of voltana ends the jobs', async () => {
    const program = startProgram('launch/engine-parent.ts', [String(port), 'worker'], { env: { ...process.env, LAUNCH_BY: 'slurm' } });
    const seen = output(program);
    await until(`ready: ${seen.text}`, () => seen.text.includes('}\n'), 20_000);
    expect(slurm!.jobs()).to.have.length(1);
    const gone = ended(program);
    program.kill('SIGKILL');
    await gone;
  });
});

/** In the place of srun and scancel: they write down how they were called, and srun runs what it was given. */
const RECORDER = (log: string, then: string): string =>
  `#!/bin/sh\n{ for word; do printf '[%s]' "$word"; done; echo; } >>'${log}'\n${then}\n`;

describe('the commands for Slurm, recorded', () => {
  let folder: string;
  const path = process.env['PATH'];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-test-slurm-commands-'));
    const programs = {
      srun: 'while [ "$1" != sh ]; do shift; done\nSLURMD_NODENAME=127.0.0.1 exec "$@"',
      scancel: 'exit 0',
    };
    for (const [name, then] of Object.entries(programs)) {
      writeFileSync(join(folder, name), RECORDER(join(folder, `${name}.log`), then));
      chmodSync(join(folder, name), 0o755);
    }
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  });
  const said = (name: string): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');

  it('asks for its node, its GPUs and what the cluster file says, and cancels by name at the end', async () => {
    const port = await freePort('127.0.0.1');
    const process = { ...engineProcess('p0', 'prefill', port), gpus: ['0', '1'], node: 'node-a' };
    const settings = { partition: 'gpu', account: 'me', timeLimit: '1:00:00', options: ['--exclusive'] };
    const cluster = await createNodeLauncher({
      processes: [process],
      transport: slurmTransport(settings),
      whenReady: whenAnswering,
      graceS: 0.3,
    }).launch(never);
    const { env } = await given(cluster.instances[0]!.endpoints.url);
    expect(env).to.not.have.property('CUDA_VISIBLE_DEVICES');
    expect(said('scancel.log')).to.equal('');
    await cluster.stop();
    const srun = said('srun.log');
    for (const word of [
      '--gres=gpu:2',
      '--nodelist=node-a',
      '--partition=gpu',
      '--account=me',
      '--time=1:00:00',
      '--exclusive',
      '--nodes=1',
      '--ntasks=1',
    ]) {
      expect(srun).to.include(`[${word}]`);
    }
    const [, name] = /\[--job-name=(voltana-\w+)\]/.exec(srun)!;
    expect(said('scancel.log')).to.equal(`[--name=${name}]\n`);
  });

  it('a launch that fails cancels too', async () => {
    const processes = [engineProcess('p0', 'prefill', await freePort('127.0.0.1'), ['dies'])];
    await ourError(
      createNodeLauncher({ processes, transport: slurmTransport({}), whenReady: whenAnswering, workDir: join(folder, 'work') }).launch(
        never,
      ),
    );
    expect(said('scancel.log')).to.match(/^\[--name=voltana-\w+\]\n$/);
  });

  it('a machine without Slurm is told so', async () => {
    process.env['PATH'] = '/nonexistent';
    const launching = ourError(
      createNodeLauncher({
        processes: [engineProcess('p0', 'prefill', 1)],
        transport: slurmTransport({}),
        whenReady: whenAnswering,
      }).launch(never),
    );
    const error = await launching;
    expect(error).to.include({ code: 'PROGRAM_MISSING' });
    expect(error.hint).to.include('login node');
  });
});
