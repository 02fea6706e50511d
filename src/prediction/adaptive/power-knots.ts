import { bound, type Covariance, type FilterModel } from './covariance.ts';

/**
 * What is learnt of power: the factor on what work adds at some clocks, and on idle power at the lowest and the highest. Between them
 * straight lines: a knee of the voltage lies somewhere between two.
 */
export const BUSY_KNOTS = 7;
export const IDLE_KNOTS = 2;
export const POWER_SIZE = BUSY_KNOTS + IDLE_KNOTS;

/** All are logarithms of a factor. Expected of a fresh profile: one gain of everything (the sensor's), one of each part, one of each knot. */
const GAIN_SD = 0.04;
const PART_SD = 0.04;
const KNOT_SD = 0.05;
/** Knots this far from each other err alike by 1/e. */
const ALIKE_KNOTS = 1.5;
/** A sudden change is so many times what is expected of a fresh profile. */
const JUMP = 3;
/** A meter may show a fraction of what the profile says: half or twice is followed. */
const MOST_VARIANCE = 0.35 ** 2;

function priorOf(): Covariance {
  const covariance = new Float64Array(POWER_SIZE * POWER_SIZE);
  for (let i = 0; i < POWER_SIZE; i++) {
    for (let j = 0; j < POWER_SIZE; j++) {
      const together = i < BUSY_KNOTS === j < BUSY_KNOTS;
      const apart = i < BUSY_KNOTS ? Math.abs(i - j) / ALIKE_KNOTS : Math.abs(i - j);
      covariance[i * POWER_SIZE + j] = GAIN_SD ** 2 + (together ? PART_SD ** 2 + KNOT_SD ** 2 * Math.exp(-apart) : 0);
    }
  }
  return covariance;
}

export const powerModel = (): FilterModel => {
  const prior = priorOf();
  return {
    prior,
    directions: POWER_SIZE,
    widen(covariance) {
      for (let i = 0; i < covariance.length; i++) covariance[i]! += JUMP ** 2 * prior[i]!;
      bound(covariance, MOST_VARIANCE);
    },
  };
};

/** Where a clock lies among the knots of a part: `low` counts as 1 - `part`, the next one as `part`. */
export interface KnotPlace {
  low: number;
  part: number;
}

/** Writes the place of a clock among `count` knots from the lowest to the highest clock; beyond them the nearest counts. */
export function placeAmong(count: number, [lowestMhz, highestMhz]: readonly [number, number], clockMhz: number, place: KnotPlace): void {
  const along = highestMhz > lowestMhz ? ((clockMhz - lowestMhz) / (highestMhz - lowestMhz)) * (count - 1) : 0;
  const within = Math.min(count - 1, Math.max(0, along));
  place.low = Math.min(count - 2, Math.floor(within));
  place.part = within - place.low;
}

export const placeBusy = (range: readonly [number, number], clockMhz: number, place: KnotPlace): void =>
  placeAmong(BUSY_KNOTS, range, clockMhz, place);

export function placeIdle(range: readonly [number, number], clockMhz: number, place: KnotPlace): void {
  placeAmong(IDLE_KNOTS, range, clockMhz, place);
  place.low += BUSY_KNOTS;
}

/** A value along the knots. */
export const alongKnots = (values: ArrayLike<number>, { low, part }: KnotPlace): number =>
  values[low]! * (1 - part) + values[low + 1]! * part;

/** The variance of a value along the knots. */
export function varianceAlong(covariance: Covariance, { low, part }: KnotPlace): number {
  const at = low * POWER_SIZE + low;
  const both = covariance[at + 1]!;
  return covariance[at]! * (1 - part) ** 2 + 2 * both * part * (1 - part) + covariance[at + POWER_SIZE + 1]! * part ** 2;
}
