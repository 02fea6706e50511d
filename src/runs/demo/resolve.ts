import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { clockTable } from '../../emulation/instance.ts';
import type { Store } from '../../ports/store.ts';
import { parseAzureTrace } from '../../workload/azure-trace.ts';
import { toSchedule } from '../../workload/replay.ts';
import { seededSchedule } from '../../workload/seeded-schedule.ts';
import type { Library } from '../library.ts';
import { boundedClocks, checkFixedClocks, governorId, routingId } from '../serving/fleet.ts';
import type { Contender, DemoOptions } from './options.ts';

/** A demo as asked for on the command line: ids and numbers, not looked up yet. */
export interface DemoRequest {
  readonly cluster: string;
  readonly workload: string;
  readonly trace: string | undefined;
  readonly ratePerS: number;
  readonly requests: number;
  readonly seed: number;
  readonly governor: string | undefined;
  readonly routing: string | undefined;
  readonly baselineGovernor: string;
  readonly baselineRouting: string;
  /** `1005` or `1005:1200`. */
  readonly clocks: string | undefined;
  readonly sloTtftMs: number | undefined;
  readonly sloItlMs: number | undefined;
  readonly gatewayPort: number | undefined;
}

/** `MHZ` or `PREFILL:DECODE`. @throws VoltanaError BAD_VALUE */
export function parseFixedClocks(text: string): Readonly<Record<Role, number>> {
  const parts = text.split(':').map((part) => (/^\d+$/.test(part) ? Number(part) : NaN));
  const [prefill, decode = prefill] = parts;
  if (parts.length > 2 || prefill === undefined || decode === undefined || parts.some(Number.isNaN)) {
    throw new VoltanaError('BAD_VALUE', `--clocks ${text} is not a clock`, { hint: 'Give MHZ, or PREFILL:DECODE such as 1005:1200.' });
  }
  return { prefill, decode };
}

function contenderOf(governor: string, routing: string, clocks: string | undefined, supportedMhz: readonly number[]): Contender {
  const known = { governor: governorId(governor), routing: routingId(routing) };
  if (known.governor !== 'fixed') return { ...known, fixedMhz: null };
  if (clocks === undefined) throw new VoltanaError('BAD_VALUE', 'governor fixed needs a clock', { hint: 'Give one with --clocks MHZ or --clocks PREFILL:DECODE.' });
  const fixedMhz = parseFixedClocks(clocks);
  checkFixedClocks(fixedMhz, supportedMhz);
  return { ...known, fixedMhz };
}

function withOverrides(cluster: ClusterFile, { sloTtftMs, sloItlMs, gatewayPort }: DemoRequest): ClusterFile {
  const slo = { ttftMs: sloTtftMs ?? cluster.slo.ttftMs, itlMs: sloItlMs ?? cluster.slo.itlMs };
  const gateway = gatewayPort === undefined ? cluster.gateway : { ...cluster.gateway, port: gatewayPort };
  return { ...cluster, slo, gateway };
}

async function scheduleOf(request: DemoRequest, library: Library, store: Store): Promise<WorkloadRequest[]> {
  const { trace, requests, ratePerS, seed } = request;
  if (trace !== undefined) return toSchedule(parseAzureTrace(await store.read(trace), trace), { requests });
  const card = await library.workload(request.workload);
  return seededSchedule({ card, ratePerS, burstiness: 1, seed, extent: { requests } });
}

const checkEmulated = ({ engine, name }: ClusterFile): void => {
  if (engine.kind === 'emulated') return;
  throw new VoltanaError('BAD_VALUE', `cluster "${name}" runs engine ${engine.kind}; the demo needs an emulated one`, {
    hint: 'Use a cluster file with engine.kind: emulated, such as the shipped one.',
  });
};

/** Looks everything up and checks it, before anything is started. @throws VoltanaError of exit code 2 */
export async function resolveDemo(request: DemoRequest, library: Library, store: Store): Promise<DemoOptions> {
  const cluster = withOverrides(await library.cluster(request.cluster), request);
  checkEmulated(cluster);
  const gpu = await library.gpu(cluster.gpu);
  const supportedMhz = clockTable(gpu);
  boundedClocks(supportedMhz, cluster.control);
  const { governor = cluster.control?.governor ?? 'slo', routing = cluster.control?.routing ?? 'eco', clocks } = request;
  return {
    cluster,
    gpu,
    model: await library.model(cluster.model),
    engine: await library.engine(cluster.engine.card ?? 'sglang-like'),
    workload: request.trace ?? request.workload,
    ratePerS: request.trace === undefined ? request.ratePerS : null,
    schedule: await scheduleOf(request, library, store),
    seed: request.seed,
    baseline: contenderOf(request.baselineGovernor, request.baselineRouting, clocks, supportedMhz),
    candidate: contenderOf(governor, routing, clocks, supportedMhz),
  };
}
