import { BUCKETS } from './buckets.ts';
import { DIRECTIONS } from './directions.ts';
import type { AdaptiveTunables } from './tunables.ts';

/** Unknowns: one per direction, then one per stretch of the batch. */
const SIZE = DIRECTIONS + BUCKETS;
const MOST_VARIANCE = 0.05;

/** One observation's row: the shares of the directions, and a 1 at its stretch; no 1 at all where there are no stretches (-1). */
export interface Row {
  readonly shares: ArrayLike<number>;
  readonly bucket: number;
}

export const rowTimes = ({ shares, bucket }: Row, vector: ArrayLike<number>): number => {
  let sum = bucket < 0 ? 0 : vector[shares.length + bucket]!;
  for (let i = 0; i < shares.length; i++) sum += shares[i]! * vector[i]!;
  return sum;
};

/** Symmetric, row by row. */
export type Covariance = Float64Array;

export const sizeOf = (covariance: Covariance): number => Math.sqrt(covariance.length);

/** The covariance times a row. */
export function timesRow(covariance: Covariance, { shares, bucket }: Row): Float64Array {
  const size = sizeOf(covariance);
  const directions = shares.length;
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = bucket < 0 ? 0 : covariance[i * size + directions + bucket]!;
    for (let j = 0; j < directions; j++) sum += covariance[i * size + j]! * shares[j]!;
    product[i] = sum;
  }
  return product;
}

/** The variance of what a row says. */
export function rowVariance(covariance: Covariance, { shares, bucket }: Row): number {
  const directions = shares.length;
  const size = sizeOf(covariance);
  const local = directions + bucket;
  let sum = bucket < 0 ? 0 : covariance[local * size + local]!;
  for (let i = 0; i < directions; i++) {
    let inner = bucket < 0 ? 0 : 2 * covariance[i * size + local]!;
    for (let j = 0; j < directions; j++) inner += shares[j]! * covariance[i * size + j]!;
    sum += shares[i]! * inner;
  }
  return Math.max(0, sum);
}

/** Variances of the directions together: as all are moved by one cause, and each by its own. */
const addCommon = (covariance: Covariance, common: number, own: number): void => {
  for (let i = 0; i < DIRECTIONS; i++) for (let j = 0; j < DIRECTIONS; j++) covariance[i * SIZE + j]! += common + (i === j ? own : 0);
};

function priorCovariance({ commonSd, directionSd, localSd }: AdaptiveTunables): Covariance {
  const covariance = new Float64Array(SIZE * SIZE);
  addCommon(covariance, commonSd ** 2, directionSd ** 2);
  for (let i = DIRECTIONS; i < SIZE; i++) covariance[i * SIZE + i] = localSd ** 2;
  return covariance;
}

/**
 * Forgets a little: towards the prior and never beyond it, so that what is never observed again does not wind up. Both blocks shrink
 * by their own factor and what is missing to the prior is added, which keeps it a covariance.
 */
export function forget(
  covariance: Covariance,
  { prior, directions }: FilterModel,
  elapsedS: number,
  { memoryS, localMemoryS }: AdaptiveTunables,
): void {
  const size = sizeOf(covariance);
  const common = Math.exp(-elapsedS / memoryS);
  const local = Math.exp(-elapsedS / localMemoryS);
  const between = Math.sqrt(common * local);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const at = i * size + j;
      const inside = i < directions === j < directions;
      const kept = !inside ? between : i < directions ? common : local;
      covariance[at] = covariance[at]! * kept + (inside ? (1 - kept) * prior[at]! : 0);
    }
  }
}

/** What a filter learns: how much is expected of what, and what a sudden change may have changed. */
export interface FilterModel {
  readonly prior: Covariance;
  /** Unknowns that rows have shares of; one per stretch follows, where there are stretches. */
  readonly directions: number;
  /** Makes room for a sudden change, seen at a row. */
  widen(covariance: Covariance, row: Row): void;
}

export const latencyModel = (tunables: AdaptiveTunables): FilterModel => ({
  prior: priorCovariance(tunables),
  directions: DIRECTIONS,
  widen: (covariance, { bucket }) => widen(covariance, bucket, tunables),
});

/** Makes room for a sudden change, of everything or of the stretch where it was seen and its neighbours. */
function widen(covariance: Covariance, bucket: number, { jumpCommonSd, jumpDirectionSd, jumpLocalSd }: AdaptiveTunables): void {
  addCommon(covariance, jumpCommonSd ** 2, jumpDirectionSd ** 2);
  for (const near of [bucket - 1, bucket, bucket + 1]) {
    if (near < 0 || near >= BUCKETS) continue;
    const i = DIRECTIONS + near;
    covariance[i * SIZE + i]! += jumpLocalSd ** 2;
  }
  bound(covariance);
}

/** Scales rows and columns whose variance is too large. */
export function bound(covariance: Covariance, mostVariance = MOST_VARIANCE): void {
  const size = sizeOf(covariance);
  for (let i = 0; i < size; i++) {
    const variance = covariance[i * size + i]!;
    if (variance <= mostVariance) continue;
    const scale = Math.sqrt(mostVariance / variance);
    for (let j = 0; j < size; j++) {
      covariance[i * size + j]! *= scale;
      covariance[j * size + i]! *= scale;
    }
  }
}

/** What an observation of variance `total` (its noise and ours) takes away when only `part` of the best step was made. */
export function shrink(covariance: Covariance, product: Float64Array, total: number, part: number): void {
  const size = product.length;
  const factor = (part * (2 - part)) / total;
  for (let i = 0; i < size; i++) {
    const scaled = factor * product[i]!;
    if (scaled === 0) continue;
    for (let j = 0; j < size; j++) covariance[i * size + j]! -= scaled * product[j]!;
  }
}
