import { createAgentCustodian } from '../adapters/clocks/agent/custodian.ts';
import { processArgs } from '../adapters/host/installation.ts';
import { assertPortFree } from '../adapters/host/ports.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { createGatewaySnapshot } from '../adapters/load/gateway-snapshot.ts';
import { createEndpointProbe } from '../adapters/load/probe/endpoint-probe.ts';
import { clockDriverOf } from '../custody/clock-driver.ts';
import type { EndpointFacts } from '../ports/endpoint-probe.ts';
import { openGround, type ClusterGround } from '../runs/benchmarking/cluster-ground.ts';
import { portsReader, type MeterReader } from '../runs/benchmarking/meter-reader.ts';
import type { BenchOptions, UrlPlan } from '../runs/benchmarking/request.ts';
import type { BenchSite } from '../runs/benchmarking/site.ts';
import { openUrl } from '../runs/benchmarking/url-site.ts';
import type { ServeOptions } from '../runs/serving/options.ts';
import type { HeaderFields } from '../telemetry/document-header.ts';
import type { Access } from './bench-access.ts';
import { gpuClocks } from './gpu-clocks.ts';
import { clusterLauncher, type LineLog } from './launchers.ts';

type Probing = (url: string, model: string | null, signal: AbortSignal) => Promise<EndpointFacts>;

const probing =
  ({ api }: BenchOptions, { apiKey, tls }: Access): Probing =>
  (url, model, signal) =>
    createEndpointProbe({ tls }).probe({ url, api, model, apiKey, signal });

/** The agent sees who asks by itself. */
const SHOWN_BY_TRANSPORT = '';
/** All GPUs that were named are one meter: which phase they do nobody here knows. */
const METERED = { id: 'endpoint', role: 'decode' } as const;

function agentReader(agent: UrlPlan['agent']): (MeterReader & { close(): Promise<void> }) | null {
  if (agent === null) return null;
  const { gpus, ...asked } = agent;
  const time = realTime();
  const custodian = createAgentCustodian({ ...asked, time });
  const places = new Map([[METERED.id, { custodian, devices: gpus }]]);
  const reader = portsReader(clockDriverOf(places, { time, identity: SHOWN_BY_TRANSPORT }), [METERED]);
  return { ...reader, close: () => custodian.close() };
}

/** Without what may be secret in it. */
const shownUrl = (url: string): string => {
  const parsed = new URL(url);
  return `${parsed.origin}${parsed.pathname}`;
};

/** An endpoint that runs already. @throws as its probe and its meters do */
export async function urlSite(plan: UrlPlan, options: BenchOptions, access: Access, signal: AbortSignal): Promise<BenchSite> {
  const reader = agentReader(plan.agent);
  const gateway = createGatewaySnapshot({ url: plan.url, ...access });
  const close = async (): Promise<void> => void (await Promise.all([gateway.close(), reader?.close()]));
  const ports = {
    time: realTime(),
    probe: (ends: AbortSignal) => probing(options, access)(plan.url, plan.model, ends),
    snapshot: () => gateway.ask(),
    agentReader: reader,
    shown: shownUrl,
  };
  try {
    // A meter that does not answer is known before the load, not after it.
    await reader?.read();
    return { ...(await openUrl(plan, ports, signal)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The engines of a cluster file, launched or attached to, and what serves them. */
export async function clusterGround(
  serve: ServeOptions,
  options: BenchOptions,
  access: Access,
  header: HeaderFields,
  signal: AbortSignal,
  onLog: LineLog,
): Promise<ClusterGround> {
  const { host, port = 0 } = serve.cluster.gateway;
  await assertPortFree(host, port);
  const { createGatewayLauncher } = await import('../adapters/launch/local/gateway-launcher.ts');
  const { launcher, close } = await clusterLauncher(serve, onLog);
  const probe = probing(options, access);
  const ports = {
    launcher,
    gatewayLauncher: createGatewayLauncher({ args: processArgs('gateway'), onLog: (line) => onLog('gateway', line) }),
    clocksFor: (instances: Parameters<typeof gpuClocks>[1]) => gpuClocks(serve.cluster, instances, realTime()),
    probe: (url: string, ends: AbortSignal) => probe(url, null, ends),
  };
  try {
    const ground = await openGround(ports, header, signal);
    return { ...ground, close: () => ground.close().finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}
