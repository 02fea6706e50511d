import type { Histogram } from '../../domain/latency-figures.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { histogramQuantile } from '../../statistics/histogram.ts';

/**
 * Requests that meet in a batch or a queue share their fate: so many of them tell as much as one on its own. Bursts of the shipped
 * workloads last a few requests; too large a value costs power, too small a one raises false alarms.
 */
const REQUESTS_PER_INDEPENDENT = 4;
/** A quantile with fewer independent requests beyond it is a matter of single requests. */
const FEWEST_BEYOND = 5;
/** Also for the mean. */
const FEWEST_IN_ALL = 10;

const HISTOGRAMS = { ttft: 'ttftMs', itl: 'itlMs', tpot: 'tpotMs', e2e: 'e2eMs' } as const satisfies Record<
  string,
  keyof RunRecord['histograms']
>;

/** Independent observations in a run: the gaps of one request count as one. */
export const independentRequests = (run: RunRecord): number => run.requests.completed / REQUESTS_PER_INDEPENDENT;

/** How many of so many completed requests tell something of their own; null for too few. */
export const requestsTogether = (completed: number): number | null => {
  const n = completed / REQUESTS_PER_INDEPENDENT;
  return n < FEWEST_IN_ALL ? null : n;
};

const countOf = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

/** Standard deviation over the mean, each value at the middle of its bucket. */
const relativeSpread = ({ bounds, counts }: Histogram): number => {
  const middles = bounds.map((bound, i) => (bound + (bounds[i - 1] ?? 0)) / 2);
  const n = countOf({ unit: 'ms', bounds, counts });
  const mean = middles.reduce((sum, middle, i) => sum + middle * counts[i]!, 0) / n;
  const variance = middles.reduce((sum, middle, i) => sum + counts[i]! * (middle - mean) ** 2, 0) / n;
  return Math.sqrt(variance) / mean;
};

/** What a resampled quantile's rank does in 68 % of all draws, mapped back to logarithms of ms (Woodruff's interval). */
const quantileSpread = (histogram: Histogram, p: number, n: number): number | null => {
  if (n * Math.min(p, 1 - p) < FEWEST_BEYOND) return null;
  const reach = Math.sqrt((p * (1 - p)) / n);
  const [low, high] = [histogramQuantile(histogram, p - reach), histogramQuantile(histogram, Math.min(1, p + reach))];
  return low === null || high === null || low <= 0 ? null : Math.log(high / low) / 2;
};

const probabilityOf = (statistic: string): number | null => (/^p\d+$/.test(statistic) ? Number(statistic.slice(1)) / 100 : null);

/**
 * Standard error of a latency figure's logarithm from the run's own histogram: what a bootstrap of its counts would find, for as many
 * requests as are independent. Null for a maximum, and where too few requests completed.
 */
export const latencySpread = (run: RunRecord, name: string): number | null => {
  const [family = '', statistic = ''] = name.split('.');
  const key = HISTOGRAMS[family as keyof typeof HISTOGRAMS] as keyof RunRecord['histograms'] | undefined;
  if (key === undefined || countOf(run.histograms[key]) === 0) return null;
  const n = requestsTogether(run.requests.completed);
  if (n === null) return null;
  if (statistic === 'mean') return relativeSpread(run.histograms[key]) / Math.sqrt(n);
  const p = probabilityOf(statistic);
  return p === null ? null : quantileSpread(run.histograms[key], p, n);
};
