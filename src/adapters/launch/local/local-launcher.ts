import type { InstanceEndpoints, LaunchedInstance, Role } from '../../../domain/instance.ts';
import type { LaunchedCluster, Launcher } from '../../../ports/launcher.ts';
import { assertAllFree, assertDistinct, fixedPorts, type AskedPorts, type AssertPortFree } from './port-plan.ts';
import type { Ready } from './ready-line.ts';
import { startProcess, type StartedProcess } from './start-process.ts';

export interface LocalInstance extends AskedPorts {
  readonly role: Role;
  readonly gpuCount: number;
  /** What its process is told besides id, role, host and ports. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface LocalLauncherOptions {
  readonly instances: readonly LocalInstance[];
  readonly host: string;
  /** Arguments of node that start one instance process. */
  readonly args: readonly string[];
  readonly assertPortFree: AssertPortFree;
  readonly readyTimeoutMs?: number;
  /** Each line that an instance writes to stderr. */
  readonly onLog?: (instance: string, line: string) => void;
}

interface Started {
  readonly instance: LaunchedInstance;
  readonly process: StartedProcess;
}

const specOf = ({ id, role, port = 0, bootstrapPort = 0, controlPort = 0, spec }: LocalInstance, host: string) => {
  const own = { id, role, host, port, bootstrapPort, controlPort };
  return { ...spec, ...own };
};

/** The ready line is ours: the same build wrote it, and it spells its endpoints as the domain does. */
const endpointsOf = ({ url, bootstrapHost, bootstrapPort, controlUrl }: Ready): InstanceEndpoints =>
  ({ url, bootstrapHost, bootstrapPort, controlUrl }) as unknown as InstanceEndpoints;

const startInstance = async (instance: LocalInstance, options: LocalLauncherOptions, signal: AbortSignal): Promise<Started> => {
  const { id, role, gpuCount } = instance;
  const { args, host, readyTimeoutMs, onLog } = options;
  const started = await startProcess({
    name: `instance ${id}`,
    args,
    spec: specOf(instance, host),
    signal,
    readyTimeoutMs,
    onLog: onLog && ((line) => onLog(id, line)),
  });
  return { instance: { id, role, gpuCount, endpoints: endpointsOf(started.ready) }, process: started };
};

const stopAll = async (started: readonly Started[]): Promise<void> => {
  await Promise.all(started.map(({ process }) => process.stop()));
};

/** Starts all at once. The first that fails stops the others, ready or not, and is the error thrown. */
const startAll = async (options: LocalLauncherOptions, signal: AbortSignal): Promise<Started[]> => {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const starts = options.instances.map(async (instance) => {
    try {
      return await startInstance(instance, options, either);
    } catch (error) {
      // Only the first reason sticks: the later ones are its consequences.
      failure.abort(error);
      return null;
    }
  });
  const started = (await Promise.all(starts)).filter((one) => one !== null);
  if (started.length === options.instances.length) return started;
  await stopAll(started);
  throw failure.signal.reason;
};

const clusterOf = (started: readonly Started[]): LaunchedCluster => ({
  instances: started.map(({ instance }) => instance),
  failed: Promise.race(started.map(({ process }) => process.failed)),
  stop: () => stopAll(started),
});

/**
 * Runs every instance as a child process of this one.
 * @throws from `launch`: VoltanaError PORT_TAKEN or BAD_VALUE before anything starts; PROCESS_FAILED, or the signal's reason, with nothing left running
 */
export const createLocalLauncher = (options: LocalLauncherOptions): Launcher => ({
  async launch(signal) {
    const ports = fixedPorts(options.instances);
    assertDistinct(ports);
    await assertAllFree(ports, options.host, options.assertPortFree);
    return clusterOf(await startAll(options, signal));
  },
});
