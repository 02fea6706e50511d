import { mean } from 'simple-statistics';
import type { LatencySummary } from '../domain/run-record.ts';
import { quantileSorted, sorted } from './quantile.ts';

/** Mean, quantiles and maximum of latencies in ms; all null when there are none. */
export const summarise = (valuesMs: readonly number[]): LatencySummary => {
  const ascending = sorted(valuesMs);
  const at = (p: number): number | null => quantileSorted(ascending, p);
  return {
    mean: valuesMs.length === 0 ? null : mean(valuesMs),
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    n: valuesMs.length,
  };
};
