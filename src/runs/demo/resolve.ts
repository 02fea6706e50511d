import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Settings } from '../../domain/settings.ts';
import { clockTable } from '../../emulation/instance.ts';
import type { Store } from '../../ports/store.ts';
import { seededSchedule } from '../../workload/seeded-schedule.ts';
import { clusterCards } from '../cluster-cards.ts';
import type { Library } from '../library.ts';
import { phased } from '../phases.ts';
import { readTraceFile } from '../tracing/read-trace.ts';
import { replayTrace } from '../tracing/replay-trace.ts';
import { boundedClocks, governorId, routingId } from '../serving/fleet.ts';
import { checkClocks, checkEmulated, checkFits, checkPortsDiffer, checkSplits, parseFixedClocks } from './checks.ts';
import { expectedSeconds } from './expected-time.ts';
import type { Contender, DemoOptions } from './options.ts';

/** A demo as asked for: settings and a trace, not looked up yet. */
export interface DemoRequest extends Omit<Settings, 'color' | 'tui' | 'logFormat' | 'quiet' | 'verbose'> {
  readonly trace: string | undefined;
}

interface Clocks {
  readonly asked: string | undefined;
  readonly supportedMhz: readonly number[];
  readonly boundedMhz: readonly number[];
}

function contenderOf(governor: string, routing: string, { asked, supportedMhz, boundedMhz }: Clocks): Contender {
  const known = { governor: governorId(governor), routing: routingId(routing) };
  if (known.governor === 'fixed-best')
    throw new VoltanaError('BAD_VALUE', 'governor fixed-best tries pairs of clocks beforehand, which only a simulation can', {
      hint: 'Find the pair with voltana simulate --governor fixed-best, then give it with --governor fixed --clocks PREFILL:DECODE.',
    });
  if (known.governor !== 'fixed') return { ...known, fixedMhz: null };
  if (asked === undefined)
    throw new VoltanaError('BAD_VALUE', 'governor fixed needs a clock', { hint: 'Give one with --clocks MHZ or --clocks PREFILL:DECODE.' });
  const fixedMhz = parseFixedClocks(asked);
  checkClocks(fixedMhz, supportedMhz, boundedMhz);
  return { ...known, fixedMhz };
}

function withOverrides(cluster: ClusterFile, { sloTtftMs, sloItlMs, gatewayPort }: DemoRequest): ClusterFile {
  const slo = { ttftMs: sloTtftMs ?? cluster.slo.ttftMs, itlMs: sloItlMs ?? cluster.slo.itlMs };
  const gateway = gatewayPort === undefined ? cluster.gateway : { ...cluster.gateway, port: gatewayPort };
  return { ...cluster, slo, gateway };
}

async function scheduleOf(request: DemoRequest, library: Library, store: Store): Promise<WorkloadRequest[]> {
  const { trace, requests, rate, seed } = request;
  if (trace !== undefined) {
    const read = await readTraceFile(store, trace);
    return replayTrace(read, trace, { ratePerS: read.timed ? undefined : rate, durationS: undefined, requests, seed }).schedule;
  }
  const card = await library.workload(request.workload);
  return seededSchedule({ card, ratePerS: rate, burstiness: 1, seed, extent: { requests } });
}

/** A clock that nobody would lock is a misunderstanding, not a detail. */
const checkClocksUsed = (clocks: string | undefined, contenders: readonly Contender[]): void => {
  if (clocks === undefined || contenders.some(({ governor }) => governor === 'fixed')) return;
  throw new VoltanaError('BAD_FLAG', `--clocks ${clocks} is for governor fixed, and neither run has it`, {
    hint: 'Add --governor fixed or --baseline-governor fixed, or leave --clocks out.',
  });
};

/** Looks everything up and checks it, before anything is started. @throws VoltanaError of exit code 2 */
export async function resolveDemo(request: DemoRequest, library: Library, store: Store): Promise<DemoOptions> {
  const cluster = phased(withOverrides(await library.cluster(request.cluster), request), 'the demo');
  checkEmulated(cluster);
  checkPortsDiffer(cluster);
  const { gpu, model, engine } = await clusterCards(cluster, library);
  const supportedMhz = clockTable(gpu);
  const { governor = cluster.control?.governor ?? 'slo', routing = cluster.control?.routing ?? 'eco' } = request;
  const clocks = { asked: request.clocks, supportedMhz, boundedMhz: boundedClocks(supportedMhz, cluster.control) };
  const [baseline, candidate] = [
    contenderOf(request.baselineGovernor, request.baselineRouting, clocks),
    contenderOf(governor, routing, clocks),
  ];
  checkClocksUsed(request.clocks, [baseline, candidate]);
  checkSplits(cluster, model);
  checkFits(gpu, model, engine, cluster.tp);
  const planned = {
    cluster,
    gpu,
    model,
    engine,
    workload: request.trace ?? request.workload,
    ratePerS: request.trace === undefined ? request.rate : null,
    schedule: await scheduleOf(request, library, store),
    seed: request.seed,
    baseline,
    candidate,
  };
  return { ...planned, estimatedS: expectedSeconds(planned) };
}
