import { isIPv6 } from 'node:net';
import type { ClusterFile, ClusterInstance, EngineSettings } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { EngineRole, InstanceEndpoints } from '../../domain/instance.ts';
import type { EngineProcess } from '../../ports/launcher.ts';
import { openAiCommand, openAiPorts } from './openai/command.ts';
import { sglangCommand, sglangPorts } from './sglang/command.ts';
import { speechOf } from './speaks.ts';
import { gpuEnv } from './start/gpu-env.ts';
import { filler } from './start/placeholders.ts';
import type { AskedPort, Place, Start, StartCommand } from './start/start.ts';
import { trtllmCommand, trtllmPorts } from './trtllm/command.ts';
import { vllmCommand, vllmPorts } from './vllm/command.ts';

export type { AskedPort, Place };

/**
 * The ports that an engine of this role binds and that others must know, in the order of their importance.
 * @throws VoltanaError BAD_VALUE for a protocol that the engine does not have
 */
export function portsOf(engine: EngineSettings, role: EngineRole): readonly AskedPort[] {
  const speech = speechOf(engine);
  switch (speech.dialect) {
    case 'sglang':
      return sglangPorts(role);
    case 'vllm':
      return vllmPorts(speech.protocol, role);
    case 'trtllm':
      return trtllmPorts();
    case 'openai':
      return openAiPorts();
  }
}

const LOOPBACK: Place = { host: '127.0.0.1', listen: '127.0.0.1' };
const ANY = '0.0.0.0';
/** Stands for the name of a machine that nobody knows before the engine runs there: the launcher puts the real one in its place. */
const UNKNOWN_HOST = 'voltana-host.invalid';

/** On this machine nobody else has to reach an engine; elsewhere it is reached by the name of its node. */
function placeOf({ launcher: { kind } }: ClusterFile, { node }: ClusterInstance): Place {
  // A pod has a name of its own, whatever its node is called.
  if (kind === 'kubernetes' || (kind === 'slurm' && node === undefined)) return { host: UNKNOWN_HOST, listen: ANY };
  return kind === 'local' || node === undefined ? LOOPBACK : { host: node, listen: ANY };
}

function startCommand(start: Start): StartCommand {
  const { engine } = start.cluster;
  if (engine.kind === 'emulated')
    throw new VoltanaError('BAD_VALUE', `launcher.kind ${start.cluster.launcher.kind} does not start emulated engines`, {
      hint: 'Use launcher.kind local for them, or attach to running ones.',
    });
  const speech = speechOf(engine);
  switch (speech.dialect) {
    case 'sglang':
      return sglangCommand(start);
    case 'vllm':
      return vllmCommand(start, speech.protocol);
    case 'trtllm':
      return trtllmCommand(start, speech.protocol);
    case 'openai':
      return openAiCommand(start);
  }
}

function endpointsOf({ ports, place: { host } }: Start, { facts }: StartCommand): InstanceEndpoints {
  const { port, bootstrapPort } = ports;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    ...(bootstrapPort !== undefined && { bootstrapPort }),
    ...(facts && { facts }),
  };
}

const roleArgs = ({ prefillArgs = [], decodeArgs = [] }: EngineSettings, role: EngineRole): readonly string[] =>
  ({ prefill: prefillArgs, decode: decodeArgs, aggregated: [] })[role];

/** What the cluster file says of the command comes last, where it holds. */
function wordsOf({ engine }: ClusterFile, role: EngineRole, command: StartCommand, fill: (word: string) => string): readonly string[] {
  const program = engine.command?.map(fill) ?? command.program;
  return [...program, ...command.args, ...[...(engine.args ?? []), ...roleArgs(engine, role)].map(fill)];
}

/**
 * The engine of an instance as a process.
 * @param ports those of `portsOf`, by their names
 * @param place by the launcher and the instance's node when left out
 * @throws VoltanaError BAD_VALUE for what its kind of engine cannot be started with
 */
export function engineProcess(
  cluster: ClusterFile,
  instance: ClusterInstance,
  ports: Readonly<Record<string, number>>,
  place: Place = placeOf(cluster, instance),
): EngineProcess {
  const start = { cluster, instance, ports, place };
  const command = startCommand(start);
  const fill = filler(start);
  const [program, ...args] = wordsOf(cluster, instance.role, command, fill);
  const own = Object.entries(cluster.engine.env ?? {}).map(([name, value]) => [name, fill(value)] as const);
  return {
    id: instance.id,
    role: instance.role,
    gpus: instance.gpus,
    ...(instance.node !== undefined && { node: instance.node }),
    program: program!,
    args,
    env: { ...gpuEnv(start), ...command.env, ...Object.fromEntries(own) },
    files: command.files,
    ports,
    endpoints: endpointsOf(start, command),
  };
}
