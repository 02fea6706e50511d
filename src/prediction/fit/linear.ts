import { fcnnlsVector } from 'ml-fcnnls';
import { Matrix } from 'ml-matrix';
import type { LinearTerm } from '../../domain/profile.ts';

export interface LinearSample {
  readonly batch: number;
  readonly tokens: number;
  readonly value: number;
}

/** Columns that vary: a constant batch cannot be told from the intercept, so it is left to the intercept. */
const varies = (samples: readonly LinearSample[], key: 'batch' | 'tokens'): boolean =>
  samples.some((sample) => sample[key] !== samples[0]![key]);

/**
 * Rows that pull every coefficient towards 0 by next to nothing. Loads that cannot tell the coefficients apart (two
 * points, or one context length at every batch) leave the solver without a unique answer, and then it is badly wrong.
 */
const RIDGE = 1e-5;

/** Every column at length 1: counts of tokens and the constant differ by five orders of magnitude. */
const unitColumns = (columns: readonly (readonly number[])[]): { readonly rows: number[][]; readonly lengths: number[] } => {
  const lengths = columns.map((column) => Math.hypot(...column) || 1);
  const rows = columns[0]!.map((_, row) => columns.map((column, i) => column[row]! / lengths[i]!));
  return { rows, lengths };
};

/**
 * `value = a * batch + b * tokens + c` with a, b, c >= 0, least squares of the *relative* error: a fit that is right
 * in percent at every load, not only at the largest. Non-negative, because no load makes an iteration faster.
 * @param samples at least one, values > 0
 */
export function fitLinear(samples: readonly LinearSample[]): LinearTerm {
  const keys = (['batch', 'tokens'] as const).filter((key) => varies(samples, key));
  const columns = [...keys.map((key) => samples.map((sample) => sample[key] / sample.value)), samples.map(({ value }) => 1 / value)];
  const { rows, lengths } = unitColumns(columns);
  const ridge = columns.map((_, i) => columns.map((__, j) => (i === j ? RIDGE : 0)));
  const solution = fcnnlsVector(new Matrix([...rows, ...ridge]), [...samples.map(() => 1), ...ridge.map(() => 0)]).K.to1DArray();
  const coefficients = solution.map((value, i) => value / lengths[i]!);
  const coefficient = (key: 'batch' | 'tokens'): number => (keys.includes(key) ? coefficients[keys.indexOf(key)]! : 0);
  return { perSequence: coefficient('batch'), perToken: coefficient('tokens'), constant: coefficients.at(-1)! };
}
