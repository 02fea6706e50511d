import { DRAIN_TIMEOUT_S } from '../../../domain/cluster.ts';
import type { EnergyMap } from '../../../domain/energy-map.ts';
import type { RunRecord } from '../../../domain/run-record.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import type { GatewayLauncher } from '../../../ports/gateway-launcher.ts';
import { startProcess } from './start-process.ts';

export interface GatewayLauncherOptions {
  /** Arguments of node that start the gateway process. */
  readonly args: readonly string[];
  readonly onLog?: (line: string) => void;
}

/** After what was under way: clocks are given back, sockets closed. */
const CLOSE_MS = 3000;

/** Runs the gateway as a child process of this one: data plane and control loop share no event loop with the load. */
export const createGatewayLauncher = ({ args, onLog }: GatewayLauncherOptions): GatewayLauncher => ({
  async launch(spec, signal) {
    const { drainTimeoutS = DRAIN_TIMEOUT_S } = spec.cluster.gateway;
    const graceMs = drainTimeoutS * MS_PER_S + CLOSE_MS;
    const started = await startProcess({ name: 'gateway', args, spec, signal, graceMs, ...(onLog ? { onLog } : {}) });
    const url = String((started.ready as unknown as { url: string }).url);
    const { conversation, failed } = started;
    let maps: readonly EnergyMap[] = [];
    return {
      url,
      failed,
      async stop() {
        await started.stop();
        return (conversation.last as { record?: RunRecord | null }).record ?? null;
      },
      async snapshot() {
        const { snapshot, energyMaps } = (await conversation.ask()) as { snapshot?: Snapshot; energyMaps?: readonly EnergyMap[] };
        maps = energyMaps ?? maps;
        return snapshot!;
      },
      energyMaps: () => maps,
      change: (change) => conversation.tell({ change }),
    };
  },
});
