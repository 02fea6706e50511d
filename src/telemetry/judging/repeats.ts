import { mean, sampleVariance } from 'simple-statistics';
import { mannWhitney } from '../../statistics/mann-whitney.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { widenedDf, type Allowance } from './allowance.ts';
import { pValueOf, scaled, type Shift } from './shift.ts';
import { yardstickOf } from './yardstick.ts';

type Moved = Pick<Shift, 'amount' | 'standardError' | 'df'>;

/** Fewer say nothing of their own spread that one could rely on. */
const FEWEST_REPEATS = 3;
/** From so many on both sides, ranks reach a p value that survives the correction for all metrics. */
const FEWEST_FOR_RANKS = 8;

/**
 * A metric in each repeat of a run, on its scale, moved by `offset` (what the common span adds to a run's own figure); empty
 * where there are too few.
 */
export const repeatValues = (run: RunRecord, name: string, offset: number): number[] => {
  const { scale } = yardstickOf(name);
  const values = run.repeats.flatMap(({ metrics }) => scaled(metrics?.[name], scale) ?? []);
  return values.length < FEWEST_REPEATS ? [] : values.map((value) => value + offset);
};

/** Welch and Satterthwaite: unequal spreads, unequal numbers. Each session may have been a better or a worse one, whatever its repeats agree on. */
const welch = (baseline: readonly number[], candidate: readonly number[], { variance }: Allowance): Moved => {
  const parts = [baseline, candidate].map((values) => ({ part: sampleVariance([...values]) / values.length, df: values.length - 1 }));
  const within = parts.reduce((sum, { part }) => sum + part, 0);
  const spread = parts.reduce((sum, { part, df }) => sum + part ** 2 / df, 0);
  return {
    amount: mean([...candidate]) - mean([...baseline]),
    standardError: Math.sqrt(within + 2 * variance),
    df: widenedDf(within ** 2 / spread, within, within + 2 * variance),
  };
};

/** Ranks show that two sessions differ, never that the configurations do: with an allowance the t test must agree. */
const rankedP = (shift: Moved, ranks: number, allowance: Allowance): number =>
  allowance.variance === 0 ? ranks : Math.max(ranks, pValueOf(shift));

const bothRepeated = (baseline: readonly number[], candidate: readonly number[], allowance: Allowance): Shift => {
  const shift = welch(baseline, candidate, allowance);
  const { pValue, delta } = mannWhitney(baseline, candidate);
  const ranked = Math.min(baseline.length, candidate.length) >= FEWEST_FOR_RANKS;
  const test = ranked ? `Mann-Whitney U${allowance.told && " and Welch's t"}` : "Welch's t";
  return {
    ...shift,
    ...(ranked ? { pValue: rankedP(shift, pValue, allowance) } : {}),
    effect: delta,
    method: `${test} over ${baseline.length} and ${candidate.length} repeats${allowance.told}; the effect is Cliff's delta`,
  };
};

/** One new run against the spread of repeats of the other: what the repeats show of runs holds for the one as well, in a session of its own. */
const oneRepeated = (values: readonly number[], single: number, sign: 1 | -1, side: string, { variance, told }: Allowance): Shift => {
  const within = sampleVariance([...values]) * (1 + 1 / values.length);
  return {
    amount: sign * (single - mean([...values])),
    standardError: Math.sqrt(within + 2 * variance),
    df: widenedDf(values.length - 1, within, within + 2 * variance),
    method: `t of one run against the spread of ${values.length} repeats of the ${side}${told}`,
  };
};

interface Side {
  readonly repeats: readonly number[];
  /** Of the whole run, on the scale. */
  readonly value: number;
}

/** A metric's shift with the repeat as the unit; null where neither run has enough of them. */
export const shiftOfRepeats = (baseline: Side, candidate: Side, allowance: Allowance): Shift | null => {
  if (baseline.repeats.length > 0 && candidate.repeats.length > 0) return bothRepeated(baseline.repeats, candidate.repeats, allowance);
  if (baseline.repeats.length > 0) return oneRepeated(baseline.repeats, candidate.value, 1, 'baseline', allowance);
  return candidate.repeats.length > 0 ? oneRepeated(candidate.repeats, baseline.value, -1, 'candidate', allowance) : null;
};
