import { engineProcess, portsOf } from '../adapters/engines/commands.ts';
import { createMonitor } from '../adapters/engines/monitors.ts';
import { processArgs } from '../adapters/host/installation.ts';
import { assertPortFree } from '../adapters/host/ports.ts';
import type { ClusterFile, ClusterInstance } from '../domain/cluster.ts';
import type { FittedCards } from '../domain/profile.ts';
import type { EngineProcess, Launcher } from '../ports/launcher.ts';
import { PortPlan } from './port-plan.ts';

export type LineLog = (source: string, line: string) => void;

const LOOPBACK = '127.0.0.1';
/** Weights of hundreds of gigabytes take their time. */
const READY_TIMEOUT_S = 1800;
const MS_PER_S = 1000;

export interface Deployment {
  readonly cluster: ClusterFile;
  /** Null where voltana has none; emulated engines are nothing else. */
  readonly cards: FittedCards | null;
}

/** Emulated instances as processes of this machine. execa is the slowest import of all, so whoever starts nothing never loads it. */
export async function emulatedLauncher(
  cluster: ClusterFile,
  cards: FittedCards,
  wanted: readonly ClusterInstance[],
  onLog: LineLog,
): Promise<Launcher> {
  const { createLocalLauncher } = await import('../adapters/launch/local/local-launcher.ts');
  const { dialect, protocol, servedModel } = cluster.engine;
  const speech = { ...(dialect ? { dialect } : {}), ...(protocol ? { protocol } : {}), ...(servedModel ? { servedModel } : {}) };
  const instances = wanted.map(({ gpus, seed = 0, sidePort, ...asked }) => ({
    // Where KV is fetched from, whatever the engine that it stands for calls that port.
    ...(sidePort === undefined ? {} : { bootstrapPort: sidePort }),
    ...asked,
    gpuCount: gpus.length,
    spec: { ...cards, tp: cluster.tp, seed, ...speech },
  }));
  return createLocalLauncher({ instances, host: LOOPBACK, args: processArgs('emulated-instance'), assertPortFree, onLog });
}

/** An engine that runs already: nothing of it is started, only its addresses are known. */
function attachedEngine({ id, role, gpus, url, bootstrapPort, controlPort }: ClusterInstance): EngineProcess {
  const { hostname, protocol } = new URL(url!);
  const endpoints = {
    url: url!,
    ...(bootstrapPort ? { bootstrapPort } : {}),
    ...(controlPort ? { controlUrl: `${protocol}//${hostname}:${controlPort}` } : {}),
  };
  return { id, role, gpus, program: '', args: [], env: {}, files: [], ports: {}, endpoints };
}

const isFree = (port: number): Promise<boolean> =>
  assertPortFree(LOOPBACK, port).then(
    () => true,
    () => false,
  );

async function processesOf(cluster: ClusterFile): Promise<EngineProcess[]> {
  if (cluster.launcher.kind === 'attach') return cluster.launcher.discover ? [] : cluster.instances.map(attachedEngine);
  const plan = new PortPlan(cluster.instances, isFree);
  const processes: EngineProcess[] = [];
  for (const instance of cluster.instances) {
    const ports = await plan.of(instance, portsOf(cluster.engine, instance.role), cluster.launcher.kind === 'local');
    processes.push(engineProcess(cluster, instance, ports));
  }
  return processes;
}

/** Starts or finds the engines of a cluster file, as it says. `close` ends what only the launcher needed. */
export async function clusterLauncher(
  { cluster, cards }: Deployment,
  onLog: LineLog,
): Promise<{ readonly launcher: Launcher; close(): Promise<void> }> {
  if (cluster.engine.kind === 'emulated' && cluster.launcher.kind === 'local') {
    const launcher = await emulatedLauncher(cluster, cards!, cluster.instances, onLog);
    return { launcher, close: () => Promise.resolve() };
  }
  const { createLauncher } = await import('../adapters/launch/index.ts');
  const monitor = createMonitor(cluster);
  const timeoutMs = (cluster.engine.readyTimeoutS ?? READY_TIMEOUT_S) * MS_PER_S;
  const processes = await processesOf(cluster);
  const launcher = createLauncher(cluster.launcher, processes, {
    cluster,
    whenReady: (instance, signal) => monitor.ready(instance, { timeoutMs, signal }),
    assertPortFree,
    onLog,
  });
  return { launcher, close: () => monitor.close() };
}
