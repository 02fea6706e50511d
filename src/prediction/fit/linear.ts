import { fcnnlsVector } from 'ml-fcnnls';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * Pulls every coefficient towards 0 by next to nothing. Loads that cannot tell the coefficients apart (two points, or one
 * context length at every batch) leave the solver without a unique answer, and then it is badly wrong.
 */
const RIDGE = 1e-10;

/** Sums of products of features with each other and with their target: all that least squares needs of any number of samples. */
export interface NormalEquations {
  readonly gram: Matrix;
  readonly target: Float64Array;
}

/**
 * The coefficients >= 0 that come closest to the target in least squares. Features are scaled to one length first: counts of tokens and
 * a constant differ by five orders of magnitude. The solver wants samples; the Cholesky factor is the shortest list with the same sums.
 */
export function solveNonNegative({ gram, target }: NormalEquations): number[] {
  const lengths = Array.from(target, (_, i) => Math.sqrt(gram.get(i, i)) || 1);
  const scaled = new Matrix(lengths.length, lengths.length);
  for (let i = 0; i < lengths.length; i++)
    for (let j = 0; j < lengths.length; j++) scaled.set(i, j, gram.get(i, j) / (lengths[i]! * lengths[j]!) + (i === j ? RIDGE : 0));
  const lower = new CholeskyDecomposition(scaled).lowerTriangularMatrix;
  const { K } = fcnnlsVector(
    lower.transpose(),
    forwardSolved(
      lower,
      lengths.map((length, i) => target[i]! / length),
    ),
  );
  return K.to1DArray().map((coefficient, i) => coefficient / lengths[i]!);
}

/** x of `lower * x = right`. */
function forwardSolved(lower: Matrix, right: readonly number[]): number[] {
  const solution: number[] = [];
  for (let i = 0; i < right.length; i++) {
    let rest = right[i]!;
    for (let j = 0; j < i; j++) rest -= lower.get(i, j) * solution[j]!;
    solution.push(rest / lower.get(i, i));
  }
  return solution;
}

/** Rows of features and the value that each should come to. All of equal length, values > 0. */
export interface Samples {
  readonly features: readonly (readonly number[])[];
  readonly values: readonly number[];
  /** How much each counts; 0 leaves it out. */
  readonly weights: readonly number[];
}

/** Of the *relative* error: every feature is divided by the value it should explain, and the target is 1. */
function relativeEquations({ features, values, weights }: Samples): NormalEquations {
  const count = features[0]!.length;
  const gram = Matrix.zeros(count, count);
  const target = new Float64Array(count);
  const sums = Array.from({ length: count }, () => new Float64Array(count));
  features.forEach((row, sample) => {
    const value = values[sample]!;
    const weight = weights[sample]! / (value * value);
    for (let i = 0; i < count; i++) {
      const part = row[i]! * weight;
      if (part === 0) continue;
      target[i]! += part * value;
      for (let j = 0; j <= i; j++) sums[i]![j]! += part * row[j]!;
    }
  });
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) {
      gram.set(i, j, sums[i]![j]!);
      gram.set(j, i, sums[i]![j]!);
    }
  return { gram, target };
}

/**
 * The coefficients >= 0 whose combination of the features comes closest to the values, in least squares of the relative error: right in
 * per cent at every load, not only at the largest. Non-negative, because no load makes an iteration faster.
 */
export const fitNonNegative = (samples: Samples): number[] => solveNonNegative(relativeEquations(samples));

export const combined = (coefficients: readonly number[], features: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < coefficients.length; i++) sum += coefficients[i]! * features[i]!;
  return sum;
};
