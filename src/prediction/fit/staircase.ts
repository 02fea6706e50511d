import { combined, fitNonNegative } from './linear.ts';
import { robustSigma } from './robust.ts';
import { thinned } from './samples.ts';

/** A load at a clock. */
export interface Place {
  /** Rows of the GEMMs: what steps follow. */
  readonly rows: number;
  readonly batch: number;
  readonly tokens: number;
  /** Period relative to that of the highest clock measured: 1 there, more below. */
  readonly period: number;
}

export interface Observation extends Place {
  readonly value: number;
}

/** How a value may depend on the clock, given its period; all weights are >= 0. */
export type ClockBasis = readonly ((period: number) => number)[];
/** What waits for nothing, for SM cycles, and for a memory path that narrows at low clocks. */
export const LATENCY_BASIS: ClockBasis = [() => 1, (period) => period, (period) => period * period];
/** Time at constant power, and power that rises with the square of the clock. */
export const ENERGY_BASIS: ClockBasis = [() => 1, (period) => period, (period) => 1 / (period * period)];

/** A load's features at one clock: batch, tokens, constant, and one for every step below it. */
export const loadFeatures = (steps: readonly number[], { rows, batch, tokens }: Omit<Place, 'period'>): number[] => [
  batch,
  tokens,
  1,
  ...steps.map((step) => (rows > step ? 1 : 0)),
];

/** The load's features under each function of the clock: all of them for the first function, then for the next. */
const placeFeatures = (basis: ClockBasis, steps: readonly number[], place: Place): number[] => {
  const load = loadFeatures(steps, place);
  return basis.flatMap((at) => {
    const scale = at(place.period);
    return load.map((feature) => feature * scale);
  });
};

/** One model of all clocks: what clocks with few points lean on. Monotone in load and clock, since no coefficient is negative. */
export interface Pooled {
  readonly basis: ClockBasis;
  readonly steps: readonly number[];
  readonly coefficients: readonly number[];
}

/** Observations that bend a fit of all clocks; of more, an even selection tells the same. */
const MOST_POOLED = 400;

export function fitPooled(all: readonly Observation[], basis: ClockBasis, steps: readonly number[]): Pooled {
  const observations = thinned(all, MOST_POOLED);
  return {
    basis,
    steps,
    coefficients: fitNonNegative({
      features: observations.map((one) => placeFeatures(basis, steps, one)),
      values: observations.map(({ value }) => value),
      weights: observations.map(() => 1),
    }),
  };
}

/** The combination of a place's features, without making them: it is asked of every observation. */
export function pooledAt({ basis, steps, coefficients }: Pooled, { rows, batch, tokens, period }: Place): number {
  let value = 0;
  let next = 0;
  for (const at of basis) {
    let part = coefficients[next++]! * batch + coefficients[next++]! * tokens + coefficients[next++]!;
    for (const step of steps) {
      if (rows > step) part += coefficients[next]!;
      next++;
    }
    value += part * at(period);
  }
  return value;
}

/** No profile is more exact than this. */
const LEAST_SIGMA = 0.005;
const OUTLIER_SIGMAS = 5;
const REWEIGHTINGS = 5;

/** Coefficients of least absolute errors, by reweighting: half of the observations cannot bend them. */
function leastAbsolute(observations: readonly Observation[], basis: ClockBasis, steps: readonly number[]): Pooled {
  const features = observations.map((one) => placeFeatures(basis, steps, one));
  const values = observations.map(({ value }) => value);
  let coefficients: number[] = [];
  let weights = observations.map(() => 1);
  for (let i = 0; i < REWEIGHTINGS; i++) {
    coefficients = fitNonNegative({ features, values, weights });
    weights = features.map((row, j) => 1 / Math.max(Math.abs(logError(combined(coefficients, row), values[j]!)), LEAST_SIGMA));
  }
  return { basis, steps, coefficients };
}

const logError = (predicted: number, value: number): number => Math.log(Math.max(predicted, Number.MIN_VALUE) / value);

/** Whether each observation goes along with the bulk of them. */
export function inliers(observations: readonly Observation[], basis: ClockBasis, steps: readonly number[]): boolean[] {
  const bulk = leastAbsolute(thinned(observations, MOST_POOLED), basis, steps);
  const errors = observations.map((one) => logError(pooledAt(bulk, one), one.value));
  const limit = OUTLIER_SIGMAS * Math.max(LEAST_SIGMA, robustSigma(errors));
  return errors.map((error) => Math.abs(error) <= limit);
}
