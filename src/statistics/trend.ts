import { twoSidedP } from './student-t.ts';

export interface Trend {
  /** What a straight line rises over the whole series, as a part of the mean's size; 0 where the mean is 0. */
  readonly drift: number;
  /** How often a series without a trend, but with this one's autocorrelation, would rise or fall as much. */
  readonly pValue: number;
}

/** Lag-1 autocorrelation of what a fitted line leaves, corrected for its bias in short series (Kendall 1954, two fitted terms). */
const autocorrelation = (residuals: readonly number[]): number => {
  const count = residuals.length;
  let [products, squares] = [0, 0];
  residuals.forEach((value, i) => {
    squares += value * value;
    if (i > 0) products += value * residuals[i - 1]!;
  });
  if (squares === 0) return 0;
  const raw = products / squares;
  return Math.min(0.99, Math.max(0, raw + (2 + 4 * raw) / count));
};

/**
 * A straight line through equally spaced values. The slope's error is that of first-order autoregressive residuals: with
 * autocorrelation r, n values tell as much as n (1 - r) / (1 + r) independent ones.
 */
export const steepness = (values: readonly number[]): Trend => {
  const count = values.length;
  if (count < 3) return { drift: 0, pValue: 1 };
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [products, squares] = [0, 0];
  values.forEach((value, i) => {
    products += (i - middle) * (value - mean);
    squares += (i - middle) ** 2;
  });
  const slope = products / squares;
  const residuals = values.map((value, i) => value - mean - slope * (i - middle));
  const left = residuals.reduce((sum, value) => sum + value * value, 0);
  const drift = mean === 0 ? 0 : (slope * count) / Math.abs(mean);
  if (left <= 1e-18 * count * Math.max(mean * mean, slope * slope)) return { drift, pValue: slope === 0 ? 1 : 0 };
  const r = autocorrelation(residuals);
  const independent = (count * (1 - r)) / (1 + r);
  const df = Math.max(1, independent - 2);
  const error = Math.sqrt(left / (count - 2) / squares) * Math.sqrt((1 + r) / (1 - r));
  return { drift, pValue: twoSidedP(slope / error, df) };
};
