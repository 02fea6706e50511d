import { engineProcess } from '../adapters/engines/commands.ts';
import { createMonitor } from '../adapters/engines/monitors.ts';
import { processArgs } from '../adapters/host/installation.ts';
import { assertPortFree } from '../adapters/host/ports.ts';
import type { ClusterFile, ClusterInstance } from '../domain/cluster.ts';
import type { FittedCards } from '../domain/profile.ts';
import type { Launcher } from '../ports/launcher.ts';

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
  const { dialect, protocol } = cluster.engine;
  const speech = { ...(dialect ? { dialect } : {}), ...(protocol ? { protocol } : {}) };
  const instances = wanted.map(({ gpus, seed = 0, ...asked }) => ({
    ...asked,
    gpuCount: gpus.length,
    spec: { ...cards, tp: cluster.tp, seed, ...speech },
  }));
  return createLocalLauncher({ instances, host: LOOPBACK, args: processArgs('emulated-instance'), assertPortFree, onLog });
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
  const processes = cluster.instances.map((instance) => engineProcess(cluster, instance));
  const launcher = createLauncher(cluster.launcher, processes, {
    cluster,
    whenReady: (instance, signal) => monitor.ready(instance, { timeoutMs, signal }),
    assertPortFree,
    onLog,
  });
  return { launcher, close: () => monitor.close() };
}
