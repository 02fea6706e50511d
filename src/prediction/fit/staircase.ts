import { combined, fitNonNegative } from './linear.ts';
import { robustSigma } from './robust.ts';

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

export function fitPooled(observations: readonly Observation[], basis: ClockBasis, steps: readonly number[]): Pooled {
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

export const pooledAt = ({ basis, steps, coefficients }: Pooled, place: Place): number =>
  combined(coefficients, placeFeatures(basis, steps, place));

/** No profile is more exact than this. */
const LEAST_SIGMA = 0.005;
const OUTLIER_SIGMAS = 4;
const REWEIGHTINGS = 6;

/** Whether each observation goes along with the bulk: least absolute errors first, which half of them cannot bend, then a cut. */
export function inliers(observations: readonly Observation[], basis: ClockBasis, steps: readonly number[]): boolean[] {
  const features = observations.map((one) => placeFeatures(basis, steps, one));
  const values = observations.map(({ value }) => value);
  let weights = observations.map(() => 1);
  let errors: number[] = [];
  for (let i = 0; i < REWEIGHTINGS; i++) {
    const coefficients = fitNonNegative({ features, values, weights });
    errors = features.map((row, j) => Math.log(Math.max(combined(coefficients, row), Number.MIN_VALUE) / values[j]!));
    weights = errors.map((error) => 1 / Math.max(Math.abs(error), LEAST_SIGMA));
  }
  const limit = OUTLIER_SIGMAS * Math.max(LEAST_SIGMA, robustSigma(errors));
  return errors.map((error) => Math.abs(error) <= limit);
}
