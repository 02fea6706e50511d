import { request } from 'undici';
import { VoltanaError } from '../../../domain/errors.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { GatewayLauncher } from '../../../ports/gateway-launcher.ts';
import { startProcess } from './start-process.ts';

export interface GatewayLauncherOptions {
  /** Arguments of node that start the gateway process. */
  readonly args: readonly string[];
  readonly onLog?: (line: string) => void;
}

const SNAPSHOT_TIMEOUT_MS = 5000;

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
    const started = await startProcess({ name: 'gateway', args, spec, signal, ...(onLog ? { onLog } : {}) });
    const url = String((started.ready as unknown as { url: string }).url);
    return { url, failed: started.failed, stop: () => started.stop(), snapshot: () => snapshotOf(url) };
  },
});
