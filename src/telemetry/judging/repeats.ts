import { mean, sampleVariance } from 'simple-statistics';
import { mannWhitney } from '../../statistics/mann-whitney.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { scaled, type Shift } from './shift.ts';
import { yardstickOf } from './yardstick.ts';

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

/** Welch and Satterthwaite: unequal spreads, unequal numbers. */
const welch = (baseline: readonly number[], candidate: readonly number[]): Pick<Shift, 'amount' | 'standardError' | 'df'> => {
  const parts = [baseline, candidate].map((values) => ({ part: sampleVariance([...values]) / values.length, df: values.length - 1 }));
  const variance = parts.reduce((sum, { part }) => sum + part, 0);
  const spread = parts.reduce((sum, { part, df }) => sum + part ** 2 / df, 0);
  return {
    amount: mean([...candidate]) - mean([...baseline]),
    standardError: Math.sqrt(variance),
    df: spread === 0 ? parts[0]!.df + parts[1]!.df : variance ** 2 / spread,
  };
};

const bothRepeated = (baseline: readonly number[], candidate: readonly number[]): Shift => {
  const shift = welch(baseline, candidate);
  const { pValue, delta } = mannWhitney(baseline, candidate);
  const ranked = Math.min(baseline.length, candidate.length) >= FEWEST_FOR_RANKS;
  return {
    ...shift,
    ...(ranked ? { pValue } : {}),
    effect: delta,
    method: `${ranked ? 'Mann-Whitney U' : "Welch's t"} over ${baseline.length} and ${candidate.length} repeats; the effect is Cliff's delta`,
  };
};

/** One new run against the spread of repeats of the other: what the repeats show of runs holds for the one as well. */
const oneRepeated = (values: readonly number[], single: number, sign: 1 | -1, side: string): Shift => ({
  amount: sign * (single - mean([...values])),
  standardError: Math.sqrt(sampleVariance([...values]) * (1 + 1 / values.length)),
  df: values.length - 1,
  method: `t of one run against the spread of ${values.length} repeats of the ${side}`,
});

interface Side {
  readonly repeats: readonly number[];
  /** Of the whole run, on the scale. */
  readonly value: number;
}

/** A metric's shift with the repeat as the unit; null where neither run has enough of them. */
export const shiftOfRepeats = (baseline: Side, candidate: Side): Shift | null => {
  if (baseline.repeats.length > 0 && candidate.repeats.length > 0) return bothRepeated(baseline.repeats, candidate.repeats);
  if (baseline.repeats.length > 0) return oneRepeated(baseline.repeats, candidate.value, 1, 'baseline');
  return candidate.repeats.length > 0 ? oneRepeated(candidate.repeats, baseline.value, -1, 'candidate') : null;
};
