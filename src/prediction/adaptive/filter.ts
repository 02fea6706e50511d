import { median } from 'simple-statistics';
import { forget, rowTimes, shrink, sizeOf, timesRow, type Covariance, type FilterModel, type Row } from './covariance.ts';
import type { AdaptiveTunables } from './tunables.ts';

/** All that is learnt. Deviations are natural logarithms of measured over predicted. */
export interface FilterState {
  values: Float64Array;
  covariance: Covariance;
  noiseSd: number;
  /** The newest standardised surprises, oldest first. */
  surprises: number[];
  /** The newest observation. */
  atMs: number | null;
  /** How far the correction may still move. */
  allowance: number;
  /** Observations that count, older ones less. */
  effective: number;
  accepted: number;
  rejected: number;
  changes: number;
}

/** Nothing learnt yet. */
export const initialState = ({ prior }: FilterModel, { noiseSd, slewAtOnce }: AdaptiveTunables): FilterState => ({
  values: new Float64Array(sizeOf(prior)),
  covariance: prior.slice(),
  noiseSd,
  surprises: [],
  atMs: null,
  allowance: slewAtOnce,
  effective: 0,
  accepted: 0,
  rejected: 0,
  changes: 0,
});

export const copyOf = (state: FilterState): FilterState => ({
  ...state,
  values: state.values.slice(),
  covariance: state.covariance.slice(),
  surprises: [...state.surprises],
});

export interface Surprise {
  readonly row: Row;
  /** Logarithm of measured over predicted. */
  readonly deviation: number;
  readonly atMs: number;
}

/** However long a silence was, nothing was seen in it: it counts as this much time at most. */
const LONGEST_STEP_S = 1;
/** Of the noise, per observation: its median is followed, which outliers cannot move. */
const NOISE_STEP = 0.01;
/** Half of all normal deviations are smaller. */
const NORMAL_MEDIAN = 0.6745;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** 1 for what is expected, less beyond `huberAt`, 0 for what cannot be. */
const weightOf = (surprise: number, { huberAt, rejectAt }: AdaptiveTunables): number => {
  const size = Math.abs(surprise);
  if (size > rejectAt) return 0;
  return size <= huberAt ? 1 : huberAt / size;
};

/** Time that passed, as far as it was observed. */
function pass(state: FilterState, model: FilterModel, atMs: number, tunables: AdaptiveTunables): void {
  const elapsedS = state.atMs === null ? 0 : clamp((atMs - state.atMs) / 1000, 0, LONGEST_STEP_S);
  state.atMs = Math.max(state.atMs ?? atMs, atMs);
  state.allowance = Math.min(tunables.slewAtOnce, state.allowance + tunables.slewPerS * elapsedS);
  if (elapsedS > 0) forget(state.covariance, model, elapsedS, tunables);
  state.effective *= Math.exp(-elapsedS / tunables.memoryS);
}

/** Whether the newest surprises agree that something has changed. A single bad reading cannot say so, nor can some out of a dozen. */
function changed(state: FilterState, surprise: number, { surprises, changeAt, rejectAt }: AdaptiveTunables): boolean {
  state.surprises.push(clamp(surprise, -10 * rejectAt, 10 * rejectAt));
  if (state.surprises.length > surprises) state.surprises.shift();
  return state.surprises.length === surprises && Math.abs(median(state.surprises)) > changeAt;
}

/** The part of the best step that the limits allow. */
function allowedPart(state: FilterState, correction: number, step: number, { limit }: AdaptiveTunables): number {
  const size = Math.abs(step);
  if (size === 0) return 1;
  const room = Math.max(0, limit - Math.sign(step) * correction);
  return Math.min(1, state.allowance / size, room / size);
}

function followNoise(state: FilterState, surprise: number, { noiseBounds }: AdaptiveTunables): void {
  const direction = Math.abs(surprise) > NORMAL_MEDIAN ? 1 : -1;
  state.noiseSd = clamp(state.noiseSd * Math.exp(NOISE_STEP * direction), ...noiseBounds);
}

/**
 * One observation: recursive least squares whose forgetting returns to a prior, whose observations are gated, and which opens up when
 * the median of the newest surprises says that something has changed. Changes `state`.
 */
export function learn(state: FilterState, model: FilterModel, { row, deviation, atMs }: Surprise, tunables: AdaptiveTunables): void {
  pass(state, model, atMs, tunables);
  const correction = rowTimes(row, state.values);
  const error = deviation - correction;
  let product = timesRow(state.covariance, row);
  let own = rowTimes(row, product);
  let surprise = error / Math.sqrt(own + state.noiseSd ** 2);
  followNoise(state, surprise, tunables);
  if (changed(state, surprise, tunables)) {
    model.widen(state.covariance, row);
    state.changes++;
    state.surprises = [];
    product = timesRow(state.covariance, row);
    own = rowTimes(row, product);
    surprise = error / Math.sqrt(own + state.noiseSd ** 2);
  }
  const weight = weightOf(surprise, tunables);
  if (weight === 0) {
    state.rejected++;
    return;
  }
  state.accepted++;
  state.effective += weight;
  const total = own + state.noiseSd ** 2 / weight;
  const step = (own / total) * error;
  const part = allowedPart(state, correction, step, tunables);
  state.allowance -= part * Math.abs(step);
  for (let i = 0; i < product.length; i++)
    state.values[i] = clamp(state.values[i]! + (part * product[i]! * error) / total, -tunables.limit, tunables.limit);
  shrink(state.covariance, product, total, part);
}
