import { LIMITS } from '../adapters/gateway/limits.ts';
import type { Handler } from '../adapters/gateway/options.ts';
import { serveControl } from '../adapters/gateway/remote/control-http.ts';
import { Workers } from '../adapters/gateway/remote/workers.ts';
import { processArgs } from '../adapters/host/installation.ts';
import { originOf } from '../adapters/host/machine-time.ts';
import { freePort } from '../adapters/host/ports.ts';
import type { ClusterFile, GatewaySettings } from '../domain/cluster.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { ProcessFigures } from '../domain/process-figures.ts';
import type { GatewaySpec } from '../ports/gateway-launcher.ts';
import type { Time } from '../ports/time.ts';
import type { ServedPlane } from '../runs/serving/serve.ts';
import type { GatewayWorkerSpec } from './gateway-worker.ts';

export interface GatewayWorkers {
  readonly url: string;
  figures(): readonly ProcessFigures[];
  /** Resolves when the control plane knows of all that clients have seen by now, or soon where a worker is busy. */
  told(): Promise<void>;
  close(graceMs: number): Promise<void>;
}

const PORT_TRIES = 3;

/** How many there will be: each may have at least one request under way. */
export const workerCount = ({ processes = 1, maxInFlight = LIMITS.maxInFlight }: GatewaySettings): number =>
  Math.min(processes, maxInFlight);

/** The share of one of `count`: all shares together are the whole. */
const shareOf = (whole: number, count: number, place: number): number => Math.floor(whole / count) + (place < whole % count ? 1 : 0);

/** All workers listen on this one, those too that replace others. */
async function withPort(cluster: ClusterFile): Promise<ClusterFile> {
  const { host, port = 0 } = cluster.gateway;
  return { ...cluster, gateway: { ...cluster.gateway, port: port === 0 ? await freePort(host) : port } };
}

/** A data plane of several processes behind one port. `handlers` answer GETs here, whichever worker is asked; those named in `orders` take orders, too. */
export async function openWorkers(
  { cluster, seed }: GatewaySpec,
  { control, listener }: ServedPlane,
  time: Time,
  handlers: Readonly<Record<string, Handler>>,
  orders: readonly string[] = [],
): Promise<GatewayWorkers> {
  const count = workerCount(cluster.gateway);
  const { maxInFlight = LIMITS.maxInFlight } = cluster.gateway;
  const questions = await serveControl(handlers, () => workers.told());
  let placed = cluster;
  const specOf = (number: number, place: number): GatewayWorkerSpec => ({
    cluster: { ...placed, gateway: { ...placed.gateway, maxInFlight: shareOf(maxInFlight, count, place) } },
    seed,
    rooms: `rooms of worker ${number}`,
    number,
    originMs: originOf(time),
    control: questions.address,
    paths: Object.keys(handlers),
    orders,
  });
  const args = processArgs('gateway-worker');
  const open = (): Workers => new Workers({ count, args, specOf, dispatcher: control, listener, time, warn: (text) => control.warn(text) });
  let workers = open();
  const start = async (tries: number): Promise<string> => {
    placed = await withPort(cluster);
    try {
      return await workers.start();
    } catch (error) {
      // A port that we chose ourselves may be somebody else's by the time that the workers listen.
      const ours = (cluster.gateway.port ?? 0) === 0 && error instanceof VoltanaError && error.code === 'PORT_TAKEN';
      if (!ours || tries <= 1) throw error;
      workers = open();
      return start(tries - 1);
    }
  };
  try {
    const url = await start(PORT_TRIES);
    return {
      url,
      figures: () => workers.figures(),
      told: () => workers.told(),
      async close(graceMs) {
        await workers.close(graceMs);
        await questions.close();
      },
    };
  } catch (error) {
    await questions.close();
    throw error;
  }
}
