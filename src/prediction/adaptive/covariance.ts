import { BUCKETS } from './buckets.ts';
import { DIRECTIONS } from './directions.ts';
import type { AdaptiveTunables } from './tunables.ts';

/** Unknowns: one per direction, then one per stretch of the batch. */
export const SIZE = DIRECTIONS + BUCKETS;
const MOST_VARIANCE = 0.05;

/** One observation's row: the shares of the directions, and a 1 at its stretch. */
export interface Row {
  readonly shares: ArrayLike<number>;
  readonly bucket: number;
}

export const rowTimes = ({ shares, bucket }: Row, vector: ArrayLike<number>): number => {
  let sum = vector[DIRECTIONS + bucket]!;
  for (let i = 0; i < DIRECTIONS; i++) sum += shares[i]! * vector[i]!;
  return sum;
};

/** Symmetric, row by row. */
export type Covariance = Float64Array;

/** The covariance times a row. */
export function timesRow(covariance: Covariance, { shares, bucket }: Row): Float64Array {
  const product = new Float64Array(SIZE);
  for (let i = 0; i < SIZE; i++) {
    let sum = covariance[i * SIZE + DIRECTIONS + bucket]!;
    for (let j = 0; j < DIRECTIONS; j++) sum += covariance[i * SIZE + j]! * shares[j]!;
    product[i] = sum;
  }
  return product;
}

/** The variance of what a row says. */
export function rowVariance(covariance: Covariance, { shares, bucket }: Row): number {
  const local = DIRECTIONS + bucket;
  let sum = covariance[local * SIZE + local]!;
  for (let i = 0; i < DIRECTIONS; i++) {
    let inner = 2 * covariance[i * SIZE + local]!;
    for (let j = 0; j < DIRECTIONS; j++) inner += shares[j]! * covariance[i * SIZE + j]!;
    sum += shares[i]! * inner;
  }
  return Math.max(0, sum);
}

/** Variances of the directions together: as all are moved by one cause, and each by its own. */
const addCommon = (covariance: Covariance, common: number, own: number): void => {
  for (let i = 0; i < DIRECTIONS; i++) for (let j = 0; j < DIRECTIONS; j++) covariance[i * SIZE + j]! += common + (i === j ? own : 0);
};

export function priorCovariance({ commonSd, directionSd, localSd }: AdaptiveTunables): Covariance {
  const covariance = new Float64Array(SIZE * SIZE);
  addCommon(covariance, commonSd ** 2, directionSd ** 2);
  for (let i = DIRECTIONS; i < SIZE; i++) covariance[i * SIZE + i] = localSd ** 2;
  return covariance;
}

/**
 * Forgets a little: towards the prior and never beyond it, so that what is never observed again does not wind up. Both blocks shrink
 * by their own factor and what is missing to the prior is added, which keeps it a covariance.
 */
export function forget(covariance: Covariance, prior: Covariance, elapsedS: number, { memoryS, localMemoryS }: AdaptiveTunables): void {
  const directions = Math.exp(-elapsedS / memoryS);
  const local = Math.exp(-elapsedS / localMemoryS);
  const between = Math.sqrt(directions * local);
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) {
      const at = i * SIZE + j;
      const inside = i < DIRECTIONS === j < DIRECTIONS;
      const kept = !inside ? between : i < DIRECTIONS ? directions : local;
      covariance[at] = covariance[at]! * kept + (inside ? (1 - kept) * prior[at]! : 0);
    }
  }
}

/** Makes room for a sudden change, of everything or of the stretch where it was seen and its neighbours. */
export function widen(covariance: Covariance, bucket: number, { jumpCommonSd, jumpDirectionSd, jumpLocalSd }: AdaptiveTunables): void {
  addCommon(covariance, jumpCommonSd ** 2, jumpDirectionSd ** 2);
  for (const near of [bucket - 1, bucket, bucket + 1]) {
    if (near < 0 || near >= BUCKETS) continue;
    const i = DIRECTIONS + near;
    covariance[i * SIZE + i]! += jumpLocalSd ** 2;
  }
  bound(covariance);
}

/** Scales rows and columns whose variance is too large. */
function bound(covariance: Covariance): void {
  for (let i = 0; i < SIZE; i++) {
    const variance = covariance[i * SIZE + i]!;
    if (variance <= MOST_VARIANCE) continue;
    const scale = Math.sqrt(MOST_VARIANCE / variance);
    for (let j = 0; j < SIZE; j++) {
      covariance[i * SIZE + j]! *= scale;
      covariance[j * SIZE + i]! *= scale;
    }
  }
}

/** What an observation of variance `total` (its noise and ours) takes away when only `part` of the best step was made. */
export function shrink(covariance: Covariance, product: Float64Array, total: number, part: number): void {
  const factor = (part * (2 - part)) / total;
  for (let i = 0; i < SIZE; i++) {
    const scaled = factor * product[i]!;
    if (scaled === 0) continue;
    for (let j = 0; j < SIZE; j++) covariance[i * SIZE + j]! -= scaled * product[j]!;
  }
}
