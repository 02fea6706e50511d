/** Milliseconds; every figure is null when `n` is 0. */
export interface LatencySummary {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly n: number;
}

/** A latency distribution that merges with others: counts per bucket of `growth`-spaced upper bounds. */
export interface Histogram {
  readonly unit: 'ms';
  /** Upper bounds of the buckets, ascending; a value belongs to the first bound that is not below it. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}
