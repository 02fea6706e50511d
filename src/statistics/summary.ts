import type { LatencySummary } from '../domain/latency-figures.ts';
import { sketchOf } from './latency-sketch.ts';

/** Mean, quantiles and maximum of latencies in ms; all null when there are none. */
export const summarise = (valuesMs: readonly number[]): LatencySummary => sketchOf(valuesMs, Infinity).summary();
