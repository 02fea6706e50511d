import { engineProcess, portsOf } from '../adapters/engines/commands.ts';
import { createMonitor } from '../adapters/engines/monitors.ts';
import { processArgs } from '../adapters/host/installation.ts';
import { assertPortFree } from '../adapters/host/ports.ts';
import type { ClusterFile, ClusterInstance, LauncherKind } from '../domain/cluster.ts';
import type { FittedCards } from '../domain/profile.ts';
import type { EngineProcess, Launcher, WhenReady } from '../ports/launcher.ts';
import { PortPlan } from './port-plan.ts';

export type LineLog = (source: string, line: string) => void;

const LOOPBACK = '127.0.0.1';
/** Weights of hundreds of gigabytes take their time; an engine that runs already does not, and what is emulated has none. */
const READY_TIMEOUT_S = 1800;
const RUNNING_READY_TIMEOUT_S = 30;
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
function attachedEngine({ id, role, gpus, node, url, bootstrapPort, controlPort }: ClusterInstance): EngineProcess {
  const { hostname, protocol } = new URL(url!);
  const endpoints = {
    url: url!,
    ...(bootstrapPort ? { bootstrapPort } : {}),
    ...(controlPort ? { controlUrl: `${protocol}//${hostname}:${controlPort}` } : {}),
  };
  return { id, role, gpus, ...(node === undefined ? {} : { node }), program: '', args: [], env: {}, files: [], ports: {}, endpoints };
}

/** Where launchers put engines; on a node of many otherwise. */
const PLACES: Partial<Record<LauncherKind, 'here' | 'pod' | 'anywhere'>> = { local: 'here', kubernetes: 'pod', slurm: 'anywhere' };

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
    const ports = await plan.of(instance, portsOf(cluster.engine, instance.role), PLACES[cluster.launcher.kind] ?? 'node');
    processes.push(engineProcess(cluster, instance, ports));
  }
  return processes;
}

/** Emulated engines say themselves when they are ready; what their dialect needs of them, they tell when asked. */
const askedOf = (launcher: Launcher, whenReady: WhenReady): Launcher => ({
  plan: () => launcher.plan(),
  async launch(signal) {
    const cluster = await launcher.launch(signal);
    try {
      const instances = await Promise.all(cluster.instances.map((instance) => whenReady(instance, signal)));
      return { ...cluster, instances };
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  },
});

/** Starts or finds the engines of a cluster file, as it says. `close` ends what only the launcher needed. */
export async function clusterLauncher(
  { cluster, cards }: Deployment,
  onLog: LineLog,
): Promise<{ readonly launcher: Launcher; close(): Promise<void> }> {
  const { engine, launcher: settings } = cluster;
  const monitor = createMonitor(cluster);
  const close = (): Promise<void> => monitor.close();
  const usualS = settings.kind === 'attach' || engine.kind === 'emulated' ? RUNNING_READY_TIMEOUT_S : READY_TIMEOUT_S;
  const timeoutMs = (engine.readyTimeoutS ?? usualS) * MS_PER_S;
  const whenReady: WhenReady = (instance, signal) => monitor.ready(instance, { timeoutMs, signal });
  if (engine.kind === 'emulated' && settings.kind === 'local')
    return { launcher: askedOf(await emulatedLauncher(cluster, cards!, cluster.instances, onLog), whenReady), close };
  const { createLauncher } = await import('../adapters/launch/index.ts');
  const processes = await processesOf(cluster);
  return { launcher: createLauncher(settings, processes, { cluster, whenReady, assertPortFree, onLog }), close };
}
