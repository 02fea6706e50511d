import { drawIndex } from './draws.ts';
import { quantile } from './quantile.ts';
import type { Uniform } from './random.ts';

/** Fewer blocks than this say nothing about their own spread. */
const FEWEST_BLOCKS = 5;
const RESAMPLES = 2000;

export type Statistic<T> = (baseline: readonly T[], candidate: readonly T[]) => number | null;

const resample = <T>(random: Uniform, blocks: readonly T[]): T[] => blocks.map(() => blocks[drawIndex(random, blocks.length)]!);

const resamplePairs = <T>(random: Uniform, baseline: readonly T[], candidate: readonly T[]): [T[], T[]] => {
  const picks = baseline.map(() => drawIndex(random, baseline.length));
  return [picks.map((pick) => baseline[pick]!), picks.map((pick) => candidate[pick]!)];
};

/**
 * Bootstrap over blocks: a statistic of two runs, resampled 2000 times. Runs with equally many blocks are resampled in
 * pairs: block k of both saw the same arrivals, so their common ups and downs cancel.
 * @returns null with fewer than 5 blocks in either run, or when the statistic is undefined for a resample
 */
export const bootstrapDraws = <T, R>(
  random: Uniform,
  baseline: readonly T[],
  candidate: readonly T[],
  statistic: (baseline: readonly T[], candidate: readonly T[]) => R | null,
): R[] | null => {
  if (Math.min(baseline.length, candidate.length) < FEWEST_BLOCKS) return null;
  const paired = baseline.length === candidate.length;
  const draws: R[] = [];
  for (let i = 0; i < RESAMPLES; i += 1) {
    const [b, c] = paired ? resamplePairs(random, baseline, candidate) : [resample(random, baseline), resample(random, candidate)];
    const value = statistic(b, c);
    if (value === null) return null;
    draws.push(value);
  }
  return draws;
};

const finite = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : value);

/** Percentile bootstrap: the 95 % interval of what `bootstrapDraws` draws; null also where a draw is no number. */
export const bootstrapInterval = <T>(
  random: Uniform,
  baseline: readonly T[],
  candidate: readonly T[],
  statistic: Statistic<T>,
): [number, number] | null => {
  const draws = bootstrapDraws(random, baseline, candidate, (b, c) => finite(statistic(b, c)));
  return draws && [quantile(draws, 0.025)!, quantile(draws, 0.975)!];
};
