import type { Histogram } from '../domain/latency-figures.ts';

const FIRST_BOUND_MS = 0.1;
const GROWTH = 1.05;
const LONGEST_MS = 600_000;

/** Rounded so that documents stay short; every histogram uses this one list, which is why any two can be merged. */
export const BOUNDS_MS: readonly number[] = Array.from(
  { length: Math.ceil(Math.log(LONGEST_MS / FIRST_BOUND_MS) / Math.log(GROWTH)) + 1 },
  (_, i) => Number((FIRST_BOUND_MS * GROWTH ** i).toPrecision(6)),
);

/** The first bucket whose bound is not below the value. Beyond 10 min everything shares the last bucket. */
const bucketOf = (valueMs: number): number => {
  let low = 0;
  let high = BOUNDS_MS.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (BOUNDS_MS[middle]! < valueMs) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Counts of all buckets as a histogram, kept up to the last non-empty one. */
export const histogramOfCounts = (counts: readonly number[]): Histogram => {
  const length = counts.findLastIndex((count) => count > 0) + 1;
  return { unit: 'ms', bounds: BOUNDS_MS.slice(0, length), counts: counts.slice(0, length) };
};

/**
 * Log-spaced histogram, 5 % per bucket from 0.1 ms to 10 min, kept up to the last non-empty bucket.
 * @throws RangeError for NaN or a negative latency
 */
export const histogramOf = (valuesMs: readonly number[]): Histogram => {
  const counts = new Array<number>(BOUNDS_MS.length).fill(0);
  for (const valueMs of valuesMs) {
    if (!(valueMs >= 0)) throw new RangeError(`A latency is a number >= 0 ms, got ${valueMs}`);
    counts[bucketOf(valueMs)]! += 1;
  }
  return histogramOfCounts(counts);
};

const assertSameBounds = (histogram: Histogram): void => {
  if (histogram.bounds.some((bound, i) => bound !== BOUNDS_MS[i]))
    throw new RangeError('Histograms with other bounds than 0.1 ms * 1.05^i cannot be merged');
};

/** The histogram of both samples together. @throws RangeError when one has other bounds */
export const mergeHistograms = (...histograms: readonly Histogram[]): Histogram => {
  histograms.forEach(assertSameBounds);
  return histogramOfCounts(BOUNDS_MS.map((_, i) => histograms.reduce((sum, histogram) => sum + (histogram.counts[i] ?? 0), 0)));
};

/** Nearest-rank quantile in ms, off by one bucket's width (5 %) at most; null when empty. */
export const histogramQuantile = (histogram: Histogram, p: number): number | null => {
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(p * total));
  let seen = 0;
  const bucket = histogram.counts.findIndex((count) => (seen += count) >= rank);
  const high = histogram.bounds[bucket]!;
  const low = histogram.bounds[bucket - 1] ?? 0;
  // Linear within the bucket, as if its values were spread evenly.
  return high - (high - low) * ((seen - rank) / histogram.counts[bucket]!);
};
