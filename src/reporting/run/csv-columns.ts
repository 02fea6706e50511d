import type { LatencySummary } from '../../domain/latency-figures.ts';
import type { RunRecord } from '../../domain/run-record.ts';

export type Cell = string | number | null;

/** A column: its name carries the unit. */
export interface Column {
  readonly name: string;
  readonly of: (run: RunRecord) => Cell | undefined;
}

const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

const latency = (prefix: string, of: (run: RunRecord) => LatencySummary | undefined): Column[] =>
  STATISTICS.map((statistic) => ({ name: `${prefix}${capital(statistic)}Ms`, of: (run) => of(run)?.[statistic] }));

const column = (name: string, of: Column['of']): Column => ({ name, of });

const ABOUT: readonly Column[] = [
  column('createdAt', (run) => run.createdAt),
  column('voltana', (run) => run.voltana),
  column('mode', (run) => run.mode),
  column('evidence', (run) => run.evidence),
  column('validity', (run) => run.validity.verdict),
  column('reasons', (run) => run.validity.reasons.join('; ')),
  column('thresholdsFailed', (run) => run.judgement?.thresholds.filter(({ ok }) => !ok).length),
  column('baselineVerdict', (run) => run.judgement?.baseline?.verdict),
];

const CONFIG: readonly Column[] = [
  column('workload', ({ config }) => config.workload),
  column('model', ({ config }) => config.model),
  column('gpu', ({ config }) => config.gpu),
  column('tp', ({ config }) => config.tp),
  column('prefill', ({ config }) => config.prefill),
  column('decode', ({ config }) => config.decode),
  column('aggregated', ({ config }) => config.aggregated),
  column('governor', ({ config }) => config.governor),
  column('routing', ({ config }) => config.routing),
  column('clocksMhz', ({ config }) => config.clocksMhz.join(' ')),
  column('rateRps', ({ config }) => config.rate),
  column('durationS', ({ config }) => config.durationS),
  column('sloTtftMs', ({ config }) => config.slo.ttftMs),
  column('sloItlMs', ({ config }) => config.slo.itlMs),
  column('seed', (run) => run.seed),
  column('loop', ({ bench }) => bench?.load.loop),
  column('api', ({ bench }) => bench?.load.api),
  column('arrivals', ({ bench }) => bench?.load.arrivals),
  column('burstiness', ({ bench }) => bench?.load.burstiness),
  column('concurrency', ({ bench }) => bench?.load.concurrency),
  column('url', ({ bench }) => bench?.load.url),
  column('scheduleHash', ({ bench }) => bench?.load.scheduleHash),
];

const WORK: readonly Column[] = [
  ...(['offered', 'completed', 'failed', 'rejected', 'cancelled', 'unfinished'] as const).map((end) =>
    column(end, ({ requests }) => requests[end]),
  ),
  column('measuredS', (run) => run.measuredS),
  column('steadyStartS', ({ bench }) => bench?.steadyState.steady?.startS),
  column('steadyEndS', ({ bench }) => bench?.steadyState.steady?.endS),
  column('inputTokens', (run) => run.inputTokens),
  column('outputTokens', (run) => run.outputTokens),
  column('inputTokensPerS', (run) => run.inputTokensPerS),
  column('outputTokensPerS', (run) => run.outputTokensPerS),
  column('goodputRps', (run) => run.goodputRps),
];

const LATENCY: readonly Column[] = [
  ...latency('ttft', (run) => run.ttftMs),
  ...latency('tpot', (run) => run.tpotMs),
  ...latency('chunkGap', (run) => run.itlMs),
  ...latency('tokenGap', ({ bench }) => bench?.stream.tokenGapMs),
  ...latency('e2e', (run) => run.e2eMs),
  column('sloTtft', ({ sloAttainment }) => sloAttainment.ttft),
  column('sloItl', ({ sloAttainment }) => sloAttainment.itl),
  column('sloJoint', ({ sloAttainment }) => sloAttainment.joint),
  column('gapAttainment', (run) => run.itlTokenAttainment),
];

const ENERGY: readonly Column[] = [
  column('energyScope', (run) => run.bench?.energy?.scope ?? (run.energyJ && 'gpu')),
  column('energyMethod', (run) => run.energyJ?.method),
  column('energyUncertaintyPct', (run) => run.energyJ?.uncertaintyPct),
  column('energyJ', (run) => run.energyJ?.total),
  column('prefillEnergyJ', (run) => run.energyJ?.prefill),
  column('decodeEnergyJ', (run) => run.energyJ?.decode),
  column('aboveIdleEnergyJ', ({ bench }) => bench?.energy?.aboveIdleJ),
  column('meanPowerW', (run) => run.meanPowerW),
  column('idlePowerW', (run) => run.idlePowerW),
  column('joulesPerOutputToken', (run) => run.joulesPerOutputToken),
  column('aboveIdleJoulesPerOutputToken', ({ bench }) => bench?.energy?.aboveIdlePerOutputTokenJ),
  column('joulesPerToken', (run) => run.joulesPerToken),
  column('joulesPerRequest', (run) => run.joulesPerRequest),
  // Of an endpoint that others run, nobody sees the clocks.
  column('clockTransitions', (run) => (run.bench?.load.url == null ? run.clocks.transitions : null)),
  column('meanPrefillMhz', (run) => run.clocks.meanMhz.prefill),
  column('meanDecodeMhz', (run) => run.clocks.meanMhz.decode),
];

const CLIENT: readonly Column[] = [
  column('latenessP50Ms', ({ lateness }) => lateness.p50Ms),
  column('latenessP99Ms', ({ lateness }) => lateness.p99Ms),
  column('latenessMaxMs', ({ lateness }) => lateness.maxMs),
  column('lateRequests', ({ lateness }) => lateness.late),
  column('chunks', ({ bench }) => bench?.stream.chunks),
  column('tokensPerChunk', ({ bench }) => bench?.stream.tokensPerChunk),
  column('eventLoopDelayP99Ms', ({ bench }) => bench?.client.eventLoopDelayMs?.p99),
  column('clientCpuUsPerToken', ({ bench }) => bench?.client.cpuUsPerToken),
  column('wallS', (run) => run.wallS),
];

const WALL: readonly Column[] = [
  column('wallEnergyJ', ({ bench }) => bench?.wall?.energyJ),
  column('wallEnergyMethod', ({ bench }) => bench?.wall?.method),
  column('wallEnergyUncertaintyPct', ({ bench }) => bench?.wall?.uncertaintyPct),
  column('wallMeanPowerW', ({ bench }) => bench?.wall?.meanPowerW),
  column('wallJoulesPerOutputToken', ({ bench }) => bench?.wall?.perOutputTokenJ),
];

/** In order; later versions only append. */
export const COLUMNS: readonly Column[] = [...ABOUT, ...CONFIG, ...WORK, ...LATENCY, ...ENERGY, ...CLIENT, ...WALL];
