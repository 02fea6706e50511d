import type { ClusterFile, LauncherSettings } from '../../domain/cluster.ts';
import type { EngineProcess, Launcher, WhenReady } from '../../ports/launcher.ts';
import { createAttachLauncher } from './attach/attach-launcher.ts';
import { createKubernetesLauncher } from './kubernetes/kubernetes-launcher.ts';
import { assertAllFree, type AssertPortFree } from './local/port-plan.ts';
import { createNodeLauncher, type NodeLauncherOptions } from './node/node-launcher.ts';
import { localTransport, slurmTransport, sshTransport } from './node/transports.ts';
import type { Transport } from './node/transport.ts';

export interface LauncherDeps {
  readonly cluster: ClusterFile;
  readonly whenReady: WhenReady;
  /** On this machine. @throws VoltanaError PORT_TAKEN */
  readonly assertPortFree: AssertPortFree;
  /** Each line that an engine, or what carries it, writes. */
  readonly onLog?: (instance: string, line: string) => void;
  /** From SIGTERM to SIGKILL, seconds; 10 when left out. */
  readonly graceS?: number;
}

/** Whatever address an engine binds, another listener on any of ours is in its way. */
const ANY_ADDRESS = '0.0.0.0';

const localPortsFree = (processes: readonly EngineProcess[], assertPortFree: AssertPortFree) => (): Promise<void> => {
  const ports = processes.flatMap(({ id, ports: own }) => Object.values(own).map((port) => ({ instance: id, port })));
  return assertAllFree(
    ports.filter(({ port }) => port !== 0),
    ANY_ADDRESS,
    assertPortFree,
  );
};

/**
 * The launcher of a cluster file for engines that are processes of their own.
 * @param processes of the launchers that start them; `attach` reads where they answer, and with `discover` none are needed
 */
export const createLauncher = (settings: LauncherSettings, processes: readonly EngineProcess[], deps: LauncherDeps): Launcher => {
  const { cluster, whenReady, assertPortFree, onLog, graceS } = deps;
  const { kind, workDir, ssh, slurm, kubernetes = {}, discover } = settings;
  const on = (transport: Transport, more: Partial<NodeLauncherOptions> = {}): Launcher =>
    createNodeLauncher({ processes, transport, whenReady, workDir, onLog, graceS, ...more });
  switch (kind) {
    case 'local':
      return on(localTransport, { checkPorts: localPortsFree(processes, assertPortFree) });
    case 'ssh':
      return on(sshTransport(ssh));
    case 'slurm':
      return on(slurmTransport(slurm));
    case 'kubernetes':
      return createKubernetesLauncher({ cluster, processes, settings: kubernetes, whenReady, onLog });
    case 'attach':
      return createAttachLauncher({
        engines: processes.map((engine) => ({ ...engine, gpuCount: engine.gpus.length })),
        discover,
        whenReady,
      });
  }
};
