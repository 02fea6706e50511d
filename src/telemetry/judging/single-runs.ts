import type { RunRecord } from '../../domain/run-record.ts';
import type { SeededRandom } from '../../statistics/random.ts';
import { allowanceOf, widenedDf } from './allowance.ts';
import { blockVariance } from './block-spread.ts';
import { fractionSpread, goodputSpread } from './fraction-spread.ts';
import { latencySpread } from './latency-spread.ts';
import type { Shift } from './shift.ts';
import { yardstickOf } from './yardstick.ts';

interface Within {
  readonly variance: number;
  readonly df: number;
  readonly how: string;
}

/** Standard error of a figure of one run, from the run itself; null where it cannot tell. */
const ownSpread = (run: RunRecord, name: string, value: number): number | null => {
  if (name === 'goodput') return goodputSpread(run);
  return yardstickOf(name).scale === 'points' ? fractionSpread(run, value) : latencySpread(run, name);
};

const howOf = (name: string): string =>
  name === 'goodput' || yardstickOf(name).scale === 'points' ? 'binomial counts' : 'spread within the runs from their histograms';

const withinOf = (runs: readonly [RunRecord, RunRecord], name: string, values: readonly [number, number]): Within | null => {
  const spreads = runs.map((run, i) => ownSpread(run, name, values[i]!));
  if (spreads.some((spread) => spread === null)) return null;
  return { variance: spreads.reduce<number>((sum, spread) => sum + spread! ** 2, 0), df: Infinity, how: howOf(name) };
};

export interface SinglePair {
  readonly runs: readonly [RunRecord, RunRecord];
  /** Of the metric, as they are told. */
  readonly values: readonly [number, number];
  readonly amount: number;
  /** Idle J until the longer run ended; null where an idle power is missing. */
  readonly extensionsJ: readonly [number, number] | null;
}

/**
 * A metric's shift between one run and one run. Each shows its own ups and downs; what made the whole of it better or worse than
 * another run of the same thing it cannot know, and a stated allowance stands for that. Null where nothing can be tested.
 */
export const shiftOfSingles = (name: string, { runs, values, amount, extensionsJ }: SinglePair, random: SeededRandom): Shift | null => {
  const blocks = extensionsJ && blockVariance(runs, name, extensionsJ, random);
  const within = blocks ? { ...blocks, how: 'block bootstrap within the runs' } : withinOf(runs, name, values);
  if (within === null) return null;
  const allowance = allowanceOf(runs, name);
  const variance = within.variance + 2 * allowance.variance;
  return {
    amount,
    standardError: Math.sqrt(variance),
    df: widenedDf(within.df, within.variance, variance),
    method: `${within.how}${allowance.told}; the effect is in standard errors`,
  };
};
