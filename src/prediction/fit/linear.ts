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
 * `value = a * batch + b * tokens + c` with a, b, c >= 0, least squares of the *relative* error: a fit that is right
 * in percent at every load, not only at the largest. Non-negative, because no load makes an iteration faster.
 * @param samples at least one, values > 0
 */
export function fitLinear(samples: readonly LinearSample[]): LinearTerm {
  const useBatch = varies(samples, 'batch');
  const useTokens = varies(samples, 'tokens');
  const columns = [...(useBatch ? (['batch'] as const) : []), ...(useTokens ? (['tokens'] as const) : [])];
  // Columns are scaled to about 1: counts of tokens and the constant differ by five orders of magnitude.
  const scales = columns.map((column) => Math.max(...samples.map((sample) => sample[column]), 1));
  const rows = samples.map((sample) => [...columns.map((column, i) => sample[column] / scales[i]! / sample.value), 1 / sample.value]);
  const solution = fcnnlsVector(new Matrix(rows), samples.map(() => 1)).K.to1DArray();
  const coefficient = (column: 'batch' | 'tokens'): number => {
    const index = columns.indexOf(column);
    return index < 0 ? 0 : solution[index]! / scales[index]!;
  };
  return { perSequence: coefficient('batch'), perToken: coefficient('tokens'), constant: solution[columns.length]! };
}
