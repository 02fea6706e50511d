import { createEmulatedClocks } from '../adapters/clocks/emulated/driver.ts';
import { createDialect } from '../adapters/engines/dialects.ts';
import { createMonitor } from '../adapters/engines/monitors.ts';
import { eventStream } from '../adapters/gateway/events.ts';
import { limitsOf } from '../adapters/gateway/limits.ts';
import { metricsEndpoint } from '../adapters/gateway/metrics.ts';
import type { GatewayOptions } from '../adapters/gateway/options.ts';
import { startGateway } from '../adapters/gateway/server.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { uniqueId } from '../adapters/host/unique-id.ts';
import { expectedModel } from '../adapters/engines/served-model.ts';
import { DRAIN_TIMEOUT_S } from '../domain/cluster.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { FleetChange, GatewaySpec } from '../ports/gateway-launcher.ts';
import type { Time } from '../ports/time.ts';
import { EngineWatch } from '../runs/serving/engine-watch.ts';
import { parseGatewaySpec } from '../runs/serving/gateway-spec.ts';
import { serve, type ServedPlane } from '../runs/serving/serve.ts';
import { createRandom } from '../statistics/random.ts';

/** Real GPUs have no driver here yet: their clocks stay as they are, and nobody counts their joules. */
const clocksOf = ({ cluster, instances }: GatewaySpec, time: Time) =>
  cluster.engine.kind === 'emulated' ? createEmulatedClocks(instances, time) : null;

const gatewayOn = (spec: GatewaySpec, time: Time, { control, listener }: ServedPlane, extra: GatewayOptions['extra'] & object) => {
  const { cluster, seed } = spec;
  const { host, port = 0, apiKeysFile, tls } = cluster.gateway;
  return startGateway({
    host,
    port,
    dialect: createDialect(cluster.engine, createRandom(seed).fork('rooms')),
    dispatcher: control,
    time,
    limits: limitsOf(cluster.gateway),
    // Where nobody has named the model, whatever the engine answers to goes.
    models: [expectedModel(cluster)].filter((name) => name !== null),
    listener,
    extra,
    ...(apiKeysFile === undefined ? {} : { apiKeysFile }),
    ...(tls === undefined ? {} : { tls }),
  });
};

export interface GatewayService {
  readonly ready: object;
  told(line: object): void;
  close(): Promise<{ readonly record: RunRecord | null }>;
}

/** The gateway process: data plane and clock control over a cluster that runs already. */
export async function serveGateway(spec: unknown): Promise<GatewayService> {
  const known = parseGatewaySpec(spec);
  const time = realTime();
  const clocks = clocksOf(known, time);
  const monitor = createMonitor(known.cluster);
  let watch: EngineWatch | null = null;
  let change: ServedPlane['change'] = () => Promise.resolve();
  const served = await serve(known, {
    driver: clocks?.driver ?? null,
    meter: clocks?.meter ?? null,
    time,
    epoch: uniqueId(),
    async openGateway(plane) {
      const { control, seen } = plane;
      change = plane.change;
      const endpoint = metricsEndpoint((figures) => seen.render(control.snapshot(), figures));
      const stream = eventStream({ feed: seen.events, time });
      const gateway = await gatewayOn(known, time, plane, { '/metrics': endpoint.handle, '/voltana/events': stream.handle });
      watch = new EngineWatch({ monitor, control, seen, time });
      watch.start();
      const { drainTimeoutS = DRAIN_TIMEOUT_S } = known.cluster.gateway;
      return {
        url: gateway.url,
        async close() {
          stream.close();
          await gateway.close(drainTimeoutS * MS_PER_S);
          endpoint.close();
        },
      };
    },
  });
  return {
    ready: { url: served.url },
    told(line) {
      const wanted = line as FleetChange;
      for (const instance of wanted.add) clocks?.add(instance);
      void change(wanted);
    },
    async close() {
      const record = await served.close();
      await watch?.stop();
      await Promise.all([monitor.close(), clocks?.close()]);
      return { record };
    },
  };
}
