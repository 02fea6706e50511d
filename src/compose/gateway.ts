import { createMonitor } from '../adapters/engines/monitors.ts';
import { eventStream } from '../adapters/gateway/events.ts';
import { jsonEndpoint } from '../adapters/gateway/http.ts';
import { metricsEndpoint } from '../adapters/gateway/metrics.ts';
import { tuningEndpoint } from '../adapters/gateway/tuning.ts';
import { summedFigures } from '../adapters/gateway/process-figures.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { uniqueId } from '../adapters/host/unique-id.ts';
import { DRAIN_TIMEOUT_S } from '../domain/cluster.ts';
import type { EnergyMap } from '../domain/energy-map.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { FleetChange, GatewaySpec } from '../ports/gateway-launcher.ts';
import type { Time } from '../ports/time.ts';
import { EnergyMaps } from '../runs/serving/energy-maps.ts';
import { EngineWatch } from '../runs/serving/engine-watch.ts';
import { parseGatewaySpec } from '../runs/serving/gateway-spec.ts';
import { serve, type ServedPlane } from '../runs/serving/serve.ts';
import { parseTuningOrder } from '../runs/serving/tuning/order.ts';
import { openDataPlane } from './data-plane.ts';
import { gpuClocks } from './gpu-clocks.ts';
import { openTuningGround } from './tuning-ground.ts';
import { openWorkers, workerCount, type GatewayWorkers } from './gateway-workers.ts';

interface OpenGateway {
  readonly url: string;
  /** Resolves when the control plane knows of all that clients have seen by now. */
  told(): Promise<void>;
  close(graceMs: number): Promise<void>;
}

/** In this process, or in several of their own. */
async function openGateway(spec: GatewaySpec, plane: ServedPlane, time: Time, maps: EnergyMaps): Promise<OpenGateway> {
  const { control, seen, listener, tuning } = plane;
  const several = workerCount(spec.cluster.gateway) > 1;
  let workers: GatewayWorkers | null = null;
  const endpoint = metricsEndpoint((own) => seen.render(control.snapshot(), summedFigures(own, workers?.figures() ?? [])));
  const stream = eventStream({ feed: seen.events, time });
  const tuned = tuningEndpoint({ view: () => tuning!.view(), act: (order) => tuning!.act(parseTuningOrder(order)) });
  const orders = tuning === null ? {} : { '/voltana/tuning': tuned };
  const pictures = { '/voltana/energy-map': jsonEndpoint(() => maps.maps()) };
  const extra = { '/metrics': endpoint.handle, '/voltana/events': stream.handle, ...pictures, ...orders };
  const gateway = several
    ? (workers = await openWorkers(
        spec,
        plane,
        time,
        { ...extra, '/voltana/snapshot': jsonEndpoint(() => control.snapshot()) },
        Object.keys(orders),
      ))
    : await openDataPlane({ ...spec, rooms: 'rooms' }, { dispatcher: control, time, listener, extra, orders });
  return {
    url: gateway.url,
    told: async () => workers?.told(),
    async close(graceMs) {
      stream.close();
      await gateway.close(graceMs);
      endpoint.close();
    },
  };
}

const energyMapsOf = ({ cluster }: GatewaySpec, control: ServedPlane['control'], time: Time): EnergyMaps =>
  new EnergyMaps({
    fleet: control.fleet,
    slo: cluster.slo,
    time,
    instances: () => control.instances,
    ...(cluster.control ? { boundsMhz: cluster.control } : {}),
  });

export interface GatewayService {
  readonly ready: object;
  asked(): Promise<{ readonly snapshot: Snapshot; readonly energyMaps?: readonly EnergyMap[] }>;
  told(line: object): void;
  close(): Promise<{ readonly record: RunRecord | null }>;
}

/** The gateway process: data plane and clock control over a cluster that runs already. */
export async function serveGateway(spec: unknown): Promise<GatewayService> {
  const known = parseGatewaySpec(spec);
  const time = realTime();
  const clocks = gpuClocks(known.cluster, known.instances, time);
  const monitor = createMonitor(known.cluster);
  let watch: EngineWatch | null = null;
  let control: ServedPlane['control'] | null = null;
  let gateway: OpenGateway | null = null;
  let maps: EnergyMaps | null = null;
  let shown: readonly EnergyMap[] | null = null;
  let change: ServedPlane['change'] = () => Promise.resolve();
  const epoch = uniqueId();
  const ground = await openTuningGround(known.cluster, epoch, time, (problem) => control?.warn(problem));
  const served = await serve(known, {
    driver: clocks?.driver ?? null,
    meter: clocks?.meter ?? null,
    time,
    epoch,
    tuning: ground,
    async openGateway(plane) {
      const { seen } = plane;
      control = plane.control;
      change = plane.change;
      maps = energyMapsOf(known, control, time);
      const opened = (gateway = await openGateway(known, plane, time, maps));
      watch = new EngineWatch({ monitor, control, seen, time });
      watch.start();
      const { drainTimeoutS = DRAIN_TIMEOUT_S } = known.cluster.gateway;
      return { url: opened.url, close: () => opened.close(drainTimeoutS * MS_PER_S) };
    },
  }).catch(async (error: unknown) => {
    await ground.close();
    throw error;
  });
  return {
    ready: { url: served.url },
    async asked() {
      await gateway?.told();
      const [before, now] = [shown, maps!.newest];
      shown = now;
      // They are long and move slowly.
      return { snapshot: control!.snapshot(), ...(now === before ? {} : { energyMaps: now }) };
    },
    told(line) {
      const { change: wanted } = line as { readonly change: FleetChange };
      for (const instance of wanted.add) clocks?.add(instance);
      void change(wanted);
    },
    async close() {
      const record = await served.close();
      await watch?.stop();
      await Promise.all([monitor.close(), clocks?.close(), ground.close()]);
      return { record };
    },
  };
}
