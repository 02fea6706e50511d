import type { LauncherSettings } from '../../../domain/cluster.ts';
import type { EngineProcess } from '../../../ports/launcher.ts';
import { hostOf } from '../engine-instances.ts';
import { commandLine } from '../shell.ts';
import { BOOTSTRAP } from './supervisor.ts';
import type { Transport } from './transport.ts';

/** A cut cable shows at neither end: so long after it the node ends its engine, and ssh gives up. */
const LOST_AFTER_S = 60;
const ALIVE_INTERVAL_S = 15;
const ALIVE_COUNT = 3;

const RUN_IT: readonly string[] = ['sh', '-c', BOOTSTRAP];

export const localTransport: Transport = {
  where: () => 'this machine',
  command: () => ['sh', '-c', BOOTSTRAP],
  install: 'Engines are started by a POSIX shell: put sh on the PATH.',
  lostAfterS: 0,
};

const nodeOf = ({ node, endpoints }: Pick<EngineProcess, 'node' | 'endpoints'>): string => node ?? hostOf(endpoints);

/** Of the system's OpenSSH, with its own keys, agents, jump hosts and known hosts. */
export const sshTransport = ({ user, options = [] }: NonNullable<LauncherSettings['ssh']> = {}): Transport => ({
  where: nodeOf,
  command: (process) => [
    'ssh',
    '-T',
    // What the user says comes first: of an option given twice ssh takes the first.
    ...options,
    ...['-o', 'BatchMode=yes', '-o', `ServerAliveInterval=${ALIVE_INTERVAL_S}`, '-o', `ServerAliveCountMax=${ALIVE_COUNT}`],
    // A connection shared with others would outlive us.
    ...['-o', 'ControlMaster=no', '-o', 'ControlPath=none'],
    ...(user === undefined ? [] : ['-l', user]),
    '--',
    nodeOf(process),
    // Most login shells of this world read `exec` and single quotes alike; nothing else is in it.
    `exec ${commandLine(RUN_IT)}`,
  ],
  install: 'Install the OpenSSH client (Debian and Ubuntu: apt install openssh-client).',
  broken: {
    exitCode: 255,
    what: 'a connection to',
    hint: 'Check that "ssh NODE true" works from here without a password, with the options of launcher.ssh; the host key must be known.',
  },
  lostAfterS: LOST_AFTER_S,
});

/** Slurm chooses the GPUs and numbers them anew inside of the job. */
const withoutGpuChoice = (process: EngineProcess): EngineProcess => {
  const { CUDA_VISIBLE_DEVICES: _gpus, ...env } = process.env;
  return { ...process, env };
};

const jobName = (run: string): string => `voltana-${run}`;

/** One job per engine; the name of its node is known once Slurm gave it one. */
export const slurmTransport = ({
  partition,
  account,
  timeLimit,
  options = [],
}: NonNullable<LauncherSettings['slurm']> = {}): Transport => ({
  where: ({ node }) => node ?? 'a node that Slurm chooses',
  command: ({ id, node, gpus }, run) => [
    'srun',
    `--job-name=${jobName(run)}`,
    ...['--nodes=1', '--ntasks=1', '--kill-on-bad-exit=1', `--gres=gpu:${gpus.length}`],
    ...(node === undefined ? [] : [`--nodelist=${node}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(timeLimit === undefined ? [] : [`--time=${timeLimit}`]),
    `--comment=voltana ${id}`,
    ...options,
    ...RUN_IT,
  ],
  adapt: withoutGpuChoice,
  placeholder: ({ endpoints }) => hostOf(endpoints),
  install: 'Run voltana on a login node of the Slurm cluster: srun and scancel must be on the PATH.',
  lostAfterS: LOST_AFTER_S,
  cleanUp: (run) => ['scancel', `--name=${jobName(run)}`],
  steps: (run) => [
    {
      where: 'this machine',
      what: 'at the end, however it comes: ends every job of this run',
      text: commandLine(['scancel', `--name=${jobName(run)}`]),
    },
  ],
});
