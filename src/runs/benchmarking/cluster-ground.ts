import type { EndpointFacts } from '../../ports/endpoint-probe.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { GatewayLauncher, RunningGateway } from '../../ports/gateway-launcher.ts';
import type { Launcher } from '../../ports/launcher.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import { clockTable } from '../../emulation/instance.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { fleetConfig } from '../serving/fleet-config.ts';
import type { ServeOptions } from '../serving/options.ts';
import { gatewaySpecOf } from '../serving/serve-cluster.ts';
import { loadedReader } from './loaded-reader.ts';
import { portsReader, type MeterReader } from './meter-reader.ts';
import type { BenchSite } from './site.ts';

export interface GroundPorts {
  readonly launcher: Launcher;
  readonly gatewayLauncher: GatewayLauncher;
  /** Null where nobody sets or meters the clocks of these. */
  readonly clocksFor: (instances: readonly LaunchedInstance[]) => {
    readonly driver: ClockDriver;
    readonly meter: PowerMeter;
    close(): Promise<void>;
  } | null;
  readonly probe: (url: string, signal: AbortSignal) => Promise<EndpointFacts>;
}

/** Engines that run, with their meters, before anybody serves them: several gateways may, one after another. */
export interface ClusterGround {
  readonly instances: readonly LaunchedInstance[];
  readonly reader: MeterReader | null;
  /** Puts a gateway in front of them, as one configuration says. */
  serve(options: ServeOptions, signal: AbortSignal): Promise<BenchSite>;
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

const NO_METER = 'No agent meters these GPUs (control.agents): latency and throughput only, no joules';

/** As far as it is known before anything runs. */
export const configOfServe = (options: ServeOptions, instances: readonly { readonly role: string }[]): BenchSite['config'] =>
  fleetConfig(options, instances, options.cards ? clockTable(options.cards.gpu) : []);

async function siteOf(
  options: ServeOptions,
  gateway: RunningGateway,
  ground: Pick<ClusterGround, 'instances' | 'reader' | 'failed'>,
  probe: Promise<EndpointFacts>,
): Promise<BenchSite> {
  const { model, tokensPerWord } = await probe;
  const emulated = options.cluster.engine.kind === 'emulated';
  return {
    url: gateway.url,
    shownUrl: null,
    model,
    tokensPerWord,
    config: configOfServe(options, ground.instances),
    mode: emulated ? 'emulated' : 'live',
    evidence: emulated ? 'emulated' : 'measured',
    reader: ground.reader && loadedReader(ground.reader, () => gateway.snapshot()),
    noMeter: ground.reader === null ? NO_METER : null,
    state: async () => {
      const { transitions, warnings } = await gateway.snapshot();
      return { transitions, warnings };
    },
    snapshot: () => gateway.snapshot(),
    failed: Promise.race([gateway.failed, ground.failed]),
    close: async () => void (await gateway.stop()),
  };
}

/** Launches or attaches to the engines of a cluster file. @throws as launchers do; nothing runs then */
export async function openGround(ports: GroundPorts, header: HeaderFields, signal: AbortSignal): Promise<ClusterGround> {
  const cluster = await ports.launcher.launch(signal);
  try {
    const clocks = ports.clocksFor(cluster.instances);
    const ground = { instances: cluster.instances, reader: clocks && portsReader(clocks, cluster.instances), failed: cluster.failed };
    return {
      ...ground,
      async serve(options, servedFor) {
        const gateway = await ports.gatewayLauncher.launch(gatewaySpecOf(options, cluster.instances, header), servedFor);
        try {
          return await siteOf(options, gateway, ground, ports.probe(gateway.url, servedFor));
        } catch (error) {
          await gateway.stop();
          throw error;
        }
      },
      async close() {
        await clocks?.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
