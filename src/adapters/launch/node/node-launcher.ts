import { randomBytes } from 'node:crypto';
import type { EngineProcess, LaunchedCluster, Launcher, WhenReady } from '../../../ports/launcher.ts';
import { startGuard, type Guard } from '../guard.ts';
import { assertDistinct } from '../local/port-plan.ts';
import { startTogether, stopAll } from '../start-together.ts';
import { planOf } from './plan.ts';
import { startEngine, type NodeLaunch, type StartedEngine } from './start-engine.ts';
import type { Transport } from './transport.ts';

export interface NodeLauncherOptions {
  readonly processes: readonly EngineProcess[];
  readonly transport: Transport;
  readonly whenReady: WhenReady;
  /** Before anything starts. @throws VoltanaError PORT_TAKEN */
  readonly checkPorts?: () => Promise<void>;
  readonly workDir?: string | undefined;
  /** From SIGTERM to SIGKILL, seconds. */
  readonly graceS?: number | undefined;
  /** Each line that an engine or its transport writes. */
  readonly onLog?: ((instance: string, line: string) => void) | undefined;
}

const GRACE_S = 10;
const RUN_ID_BYTES = 6;

const assertPortsDistinct = (processes: readonly EngineProcess[], { where }: Transport): void =>
  assertDistinct(
    processes.flatMap((process) =>
      Object.values(process.ports)
        .filter((port) => port !== 0)
        .map((port) => ({ instance: process.id, port, node: where(process) })),
    ),
  );

const guardOf = (transport: Transport, run: string): Guard | null => {
  const command = transport.cleanUp?.(run);
  return command === undefined ? null : startGuard('what was launched could not be ended', command);
};

const clusterOf = (engines: readonly StartedEngine[], stop: () => Promise<void>): LaunchedCluster => {
  let stopped: Promise<void> | null = null;
  return {
    instances: engines.flatMap(({ instances }) => instances),
    failed: Promise.race(engines.map(({ failed }) => failed)),
    stop: () => (stopped ??= stop()),
  };
};

/**
 * Runs engines on nodes, each under a supervisor that ends it when we are gone.
 * @throws from `launch`: VoltanaError BAD_VALUE or PORT_TAKEN before anything starts; PROGRAM_MISSING, PORT_TAKEN, FILE_UNWRITABLE, PROCESS_FAILED
 *   or what `whenReady` throws, or the signal's reason, with nothing left running
 */
export const createNodeLauncher = (options: NodeLauncherOptions): Launcher => {
  const { transport, checkPorts, graceS = GRACE_S, onLog } = options;
  const processes = options.processes.map((process) => transport.adapt?.(process) ?? process);
  return {
    async launch(signal) {
      signal.throwIfAborted();
      assertPortsDistinct(processes, transport);
      await checkPorts?.();
      const run = randomBytes(RUN_ID_BYTES).toString('hex');
      const launch: NodeLaunch = { ...options, graceS, run };
      const guard = guardOf(transport, run);
      try {
        const engines = await startTogether(processes, (process, either) => startEngine(process, launch, either), signal);
        return clusterOf(engines, async () => {
          await stopAll(engines);
          await guard?.release();
        });
      } catch (error) {
        // What stopped us is what is thrown; that something may be left goes to the log.
        await guard?.release().catch((failure: Error) => onLog?.('clean-up', failure.message));
        throw error;
      }
    },
    plan: () => planOf(processes, transport, options.workDir),
  };
};
