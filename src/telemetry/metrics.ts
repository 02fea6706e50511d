import type { LatencySummary } from '../domain/latency-figures.ts';
import type { RunRecord } from '../domain/run-record.ts';

const LATENCY_STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const;
export type Metrics = Readonly<Record<string, number | null>>;

const LATENCIES = ['ttft', 'itl', 'tpot', 'e2e'] as const;

/** Every name that `runMetrics` knows, in its order. */
export const METRIC_NAMES: readonly string[] = [
  ...['energy.total', 'energy.per_output_token', 'energy.per_request', 'power.mean'],
  ...LATENCIES.flatMap((latency) => LATENCY_STATISTICS.map((statistic) => `${latency}.${statistic}`)),
  ...['slo.ttft', 'slo.itl', 'slo.joint', 'goodput', 'errors.rate'],
];

const ofSummary = (prefix: string, summary: LatencySummary): Metrics =>
  Object.fromEntries(LATENCY_STATISTICS.map((statistic) => [`${prefix}.${statistic}`, summary[statistic]]));

const errorRate = ({ offered, cancelled, completed }: RunRecord['requests']): number | null =>
  offered === cancelled ? null : (offered - cancelled - completed) / (offered - cancelled);

/** What of a run its metrics are made of. */
export type MetricSource = Pick<
  RunRecord,
  | 'joulesPerOutputToken'
  | 'joulesPerRequest'
  | 'meanPowerW'
  | 'ttftMs'
  | 'itlMs'
  | 'tpotMs'
  | 'e2eMs'
  | 'sloAttainment'
  | 'goodputRps'
  | 'requests'
> & { readonly energyJ: Pick<NonNullable<RunRecord['energyJ']>, 'total'> | null };

/** A run's figures by the names that thresholds and comparisons use, over the run's own span. */
export const runMetrics = (run: MetricSource): Metrics => ({
  'energy.total': run.energyJ?.total ?? null,
  'energy.per_output_token': run.joulesPerOutputToken,
  'energy.per_request': run.joulesPerRequest,
  'power.mean': run.meanPowerW,
  ...ofSummary('ttft', run.ttftMs),
  ...ofSummary('itl', run.itlMs),
  ...ofSummary('tpot', run.tpotMs),
  ...ofSummary('e2e', run.e2eMs),
  'slo.ttft': run.sloAttainment.ttft,
  'slo.itl': run.sloAttainment.itl,
  'slo.joint': run.sloAttainment.joint,
  goodput: run.goodputRps,
  'errors.rate': errorRate(run.requests),
});
