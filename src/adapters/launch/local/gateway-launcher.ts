import { request } from 'undici';
import { VoltanaError } from '../../../domain/errors.ts';
import { DRAIN_TIMEOUT_S } from '../../../domain/cluster.ts';
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

const SNAPSHOT_TIMEOUT_MS = 5000;
/** After what was under way: clocks are given back, sockets closed. */
const CLOSE_MS = 3000;

/** What a gateway process says when it has ended in order. */
const recordIn = (line: string | null): RunRecord | null => {
  try {
    return (JSON.parse(line ?? '{}') as { record?: RunRecord | null }).record ?? null;
  } catch {
    return null;
  }
};

const snapshotOf = async (url: string): Promise<Snapshot> => {
  try {
    const answer = await request(`${url}/voltana/snapshot`, { headersTimeout: SNAPSHOT_TIMEOUT_MS, bodyTimeout: SNAPSHOT_TIMEOUT_MS });
    return (await answer.body.json()) as Snapshot;
  } catch (cause) {
    throw new VoltanaError('ENGINE_FAILED', `the gateway at ${url} gave no snapshot: ${(cause as Error).message}`, { cause });
  }
};

/** Runs the gateway as a child process of this one: data plane and control loop share no event loop with the load. */
export const createGatewayLauncher = ({ args, onLog }: GatewayLauncherOptions): GatewayLauncher => ({
  async launch(spec, signal) {
    const { drainTimeoutS = DRAIN_TIMEOUT_S } = spec.cluster.gateway;
    const graceMs = drainTimeoutS * MS_PER_S + CLOSE_MS;
    const started = await startProcess({ name: 'gateway', args, spec, signal, graceMs, ...(onLog ? { onLog } : {}) });
    const url = String((started.ready as unknown as { url: string }).url);
    const stop = async (): Promise<RunRecord | null> => {
      await started.stop();
      return recordIn(await started.lastLine);
    };
    return { url, failed: started.failed, stop, snapshot: () => snapshotOf(url), change: (change) => started.tell(change) };
  },
});
