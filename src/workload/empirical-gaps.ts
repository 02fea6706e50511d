import { mean, quantileSorted, standardDeviation } from 'simple-statistics';
import type { WorkloadRequest } from '../domain/request.ts';
import type { EmpiricalArrivals } from './card.ts';
import { tableMean } from './quantile-table.ts';

/** Denser towards 1: with on/off arrivals a handful of pauses makes the variation, and one segment up to the longest would exaggerate it. */
const GAP_PROBABILITIES: readonly number[] = [
  0,
  0.001,
  0.01,
  ...Array.from({ length: 38 }, (_, index) => (index + 1) / 40),
  0.96,
  0.97,
  0.98,
  0.985,
  0.99,
  0.9925,
  0.995,
  0.9965,
  0.9975,
  0.998,
  0.9985,
  0.999,
  0.99925,
  0.9995,
  0.9996,
  0.9997,
  0.9998,
  0.9999,
  1,
];
const SIGNIFICANT_DIGITS = 6;

const rounded = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));

/**
 * The gaps of a trace as a table with mean 1.
 * @param requests ascending by arrival, not all at one time
 * @throws RangeError where no time passes between the arrivals
 */
export const empiricalArrivals = (requests: readonly WorkloadRequest[], note?: string): EmpiricalArrivals => {
  const gapsMs = requests.slice(1).map(({ arrivalMs }, index) => arrivalMs - (requests[index] as WorkloadRequest).arrivalMs);
  if (!gapsMs.some((gapMs) => gapMs > 0)) throw new RangeError('arrivals need at least two requests at different times');
  const sorted = gapsMs.toSorted((a, b) => a - b);
  const quantilesMs = GAP_PROBABILITIES.map((probability) => quantileSorted(sorted, probability));
  const meanMs = tableMean(GAP_PROBABILITIES, quantilesMs);
  return {
    kind: 'empirical',
    ...(note === undefined ? {} : { note }),
    gaps: gapsMs.length,
    variation: rounded(standardDeviation(gapsMs) / mean(gapsMs)),
    probabilities: GAP_PROBABILITIES,
    gapQuantiles: quantilesMs.map((quantileMs) => rounded(quantileMs / meanMs)),
  };
};
