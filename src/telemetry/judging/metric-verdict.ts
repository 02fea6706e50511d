import type { MetricVerdict } from '../../domain/judgement.ts';
import { reachPct, shiftedPct, type Shift } from './shift.ts';
import type { Yardstick } from './yardstick.ts';

/** "The same" is a claim too: an interval that reaches so many times beyond what matters does not support it. */
const SAME_WITHIN = 5;

interface Seen {
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly shift: Shift | null;
  /** After the correction for all metrics; null where nothing was tested. */
  readonly significant: boolean | null;
}

/** In percent of the baseline, or in percentage points, of repeats their mean; Infinity for something out of nothing. */
const movedPct = (scale: Yardstick['scale'], baseline: number, candidate: number, shift: Shift | null): number => {
  if (shift) return shiftedPct(shift, scale);
  if (baseline === candidate) return 0;
  if (scale === 'points') return (candidate - baseline) * 100;
  return baseline === 0 ? Infinity : ((candidate - baseline) / baseline) * 100;
};

/**
 * What became of one metric. It changed where the change is both significant and large enough to matter; it is the same where the
 * change is small and the runs could have shown a large one; all else is inconclusive.
 */
export const metricVerdict = (
  { better, scale }: Yardstick,
  practicalPct: number,
  { baseline, candidate, shift, significant }: Seen,
): MetricVerdict => {
  if (baseline === null || candidate === null) return 'inconclusive';
  const moved = movedPct(scale, baseline, candidate, shift);
  if (moved === 0 && shift === null) return 'same';
  // A hair's breadth of rounding is not beyond the threshold.
  if (Math.abs(moved) <= practicalPct + 1e-9)
    return shift !== null && reachPct(shift) <= SAME_WITHIN * Math.max(practicalPct, 1) ? 'same' : 'inconclusive';
  if (!significant) return 'inconclusive';
  return moved < 0 === (better === 'lower') ? 'improved' : 'regressed';
};
