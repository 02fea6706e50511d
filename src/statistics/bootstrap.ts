import type { Uniform } from './random.ts';

/** Fewer blocks than this say nothing about their own spread. */
const FEWEST_BLOCKS = 5;
const RESAMPLES = 2000;

/** A figure of two runs made of these of their blocks, by index. The lists are used again for the next resample. */
export type Statistic = (baseline: Uint32Array, candidate: Uint32Array) => number | null;

const draw = (random: Uniform, picks: Uint32Array): void => {
  // An index below 2^32: the array itself rounds down.
  for (let i = 0; i < picks.length; i += 1) picks[i] = random.next() * picks.length;
};

/**
 * Bootstrap over blocks: a statistic of two runs, resampled 2000 times. Runs with equally many blocks are resampled in
 * pairs: block k of both saw the same arrivals, so their common ups and downs cancel.
 * @param blocks how many the baseline and the candidate have
 * @returns null with fewer than 5 blocks in either run, or when the statistic is undefined for a resample
 */
export const bootstrapDraws = (random: Uniform, blocks: readonly [number, number], statistic: Statistic): Float64Array | null => {
  if (Math.min(...blocks) < FEWEST_BLOCKS) return null;
  const baseline = new Uint32Array(blocks[0]);
  const candidate = blocks[0] === blocks[1] ? baseline : new Uint32Array(blocks[1]);
  const draws = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i += 1) {
    draw(random, baseline);
    if (candidate !== baseline) draw(random, candidate);
    const value = statistic(baseline, candidate);
    if (value === null) return null;
    draws[i] = value;
  }
  return draws;
};
