import { criticalT, twoSidedP } from '../../statistics/student-t.ts';
import type { Yardstick } from './yardstick.ts';

/**
 * How far a metric moved, and how sure that is. On the metric's own scale: natural logarithms of ratios, or differences of
 * fractions.
 */
export interface Shift {
  readonly amount: number;
  readonly standardError: number;
  /** Of the standard error; Infinity for one that is known. */
  readonly df: number;
  readonly method: string;
  /** Replaces the t test where another one was done. */
  readonly pValue?: number;
  /** Replaces the standardised difference. */
  readonly effect?: number;
}

/** The value on the scale on which it is compared; null where it has none. */
export const scaled = (value: number | null | undefined, scale: Yardstick['scale']): number | null => {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  if (scale === 'points') return value;
  return value > 0 ? Math.log(value) : null;
};

/** Percent on the scale of `scaled`. */
export const scaledPct = (percent: number): number => percent / 100;

/** What is not a rounding error of figures that are all alike. */
const NOTHING = 1e-12;

/** How often chance alone moves a metric as far as this, either way. */
export const pValueOf = ({ amount, standardError, df, pValue }: Omit<Shift, 'method'>): number => {
  if (pValue !== undefined) return pValue;
  if (Math.abs(amount) <= NOTHING) return 1;
  return standardError <= NOTHING ? 0 : twoSidedP(amount / standardError, df);
};

/** In standard errors, unless the test has a measure of its own; null where nothing varied. */
export const effectOf = ({ amount, standardError, effect }: Shift): number | null => {
  if (effect !== undefined) return effect;
  if (Math.abs(amount) <= NOTHING) return 0;
  return standardError <= NOTHING ? null : amount / standardError;
};

const LEVEL = 0.05;

/** 95 % interval of the amount. */
const intervalOf = ({ amount, standardError, df }: Shift): readonly [number, number] => {
  const reach = standardError <= NOTHING ? 0 : criticalT(LEVEL, df) * standardError;
  return [amount - reach, amount + reach];
};

/** 95 % interval in percent of the baseline; null for a fraction whose baseline is 0. */
export const ci95Of = (shift: Shift, scale: Yardstick['scale'], baseline: number): [number, number] | null => {
  const [low, high] = intervalOf(shift);
  if (scale === 'ratio') return [Math.expm1(low) * 100, Math.expm1(high) * 100];
  return baseline === 0 ? null : [(low / baseline) * 100, (high / baseline) * 100];
};

/** The shift in percent of the baseline, or in percentage points. */
export const shiftedPct = ({ amount }: Shift, scale: Yardstick['scale']): number => (scale === 'ratio' ? Math.expm1(amount) : amount) * 100;

/** How far the interval reaches from no change at all, in percent or points. */
export const reachPct = (shift: Shift): number => Math.max(...intervalOf(shift).map((end) => Math.abs(end) * 100));
