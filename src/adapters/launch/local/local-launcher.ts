import type { EngineRole, InstanceEndpoints, LaunchedInstance } from '../../../domain/instance.ts';
import type { LaunchedCluster, Launcher, LaunchStep } from '../../../ports/launcher.ts';
import { instancesOf } from '../engine-instances.ts';
import { commandLine } from '../shell.ts';
import { startTogether, stopAll } from '../start-together.ts';
import { assertAllFree, assertDistinct, fixedPorts, type AskedPorts, type AssertPortFree } from './port-plan.ts';
import type { Ready } from './ready-line.ts';
import { startProcess, type StartedProcess } from './start-process.ts';

export interface LocalInstance extends AskedPorts {
  readonly role: EngineRole;
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
  readonly instances: readonly LaunchedInstance[];
  readonly process: StartedProcess;
  stop(): Promise<void>;
}

const specOf = ({ id, role, port = 0, bootstrapPort = 0, controlPort = 0, spec }: LocalInstance, host: string) => {
  const own = { id, role, host, port, bootstrapPort, controlPort };
  return { ...spec, ...own };
};

/** The ready line is ours: the same build wrote it, and it spells its endpoints as the domain does. */
const endpointsOf = ({ url, bootstrapHost, bootstrapPort, controlUrl, facts }: Ready): InstanceEndpoints =>
  ({ url, bootstrapHost, bootstrapPort, controlUrl, ...(facts ? { facts } : {}) }) as unknown as InstanceEndpoints;

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
  return {
    instances: instancesOf({ id, role, gpuCount, endpoints: endpointsOf(started.ready) }),
    process: started,
    stop: () => started.stop(),
  };
};

const clusterOf = (started: readonly Started[]): LaunchedCluster => ({
  instances: started.flatMap(({ instances }) => instances),
  failed: Promise.race(started.map(({ process }) => process.failed)),
  stop: () => stopAll(started),
});

const stepOf = (instance: LocalInstance, { args, host }: LocalLauncherOptions): LaunchStep => ({
  where: 'this machine',
  what: `${instance.role} engine ${instance.id}, emulated: this on the first line of its stdin, and ready when it says so on stdout`,
  text: `echo ${commandLine([JSON.stringify(specOf(instance, host))])} | ${commandLine([process.execPath, ...args])}`,
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
    return clusterOf(await startTogether(options.instances, (instance, either) => startInstance(instance, options, either), signal));
  },
  plan: () => options.instances.map((instance) => stepOf(instance, options)),
});
