import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { solveNonNegative } from './linear.ts';
import { LATENCY_BASIS, type Observation } from './staircase.ts';
import { StepSums } from './step-sums.ts';

/** More is a curve that lines do not follow, not a staircase. */
const MOST_STEPS = 24;
const MOST_CANDIDATES = 128;
/** Points on either side of a step. */
const LEAST_BESIDE = 2;
/** Errors below this are not worth a step: noiseless curves would be cut to pieces. */
const RESOLUTION = 0.004;

/** Places between neighbouring probed loads, each named by the lower, with enough points on either side. */
function candidatesOf(observations: readonly Observation[]): number[] {
  const rows = observations.map((one) => one.rows).sort((a, b) => a - b);
  const places = rows.flatMap((value, i) =>
    i + 1 >= LEAST_BESIDE && rows.length - i - 1 >= LEAST_BESIDE && rows[i + 1]! > value ? [value] : [],
  );
  if (places.length <= MOST_CANDIDATES) return places;
  return Array.from({ length: MOST_CANDIDATES }, (_, i) => places[Math.floor((i * places.length) / MOST_CANDIDATES)]!);
}

/** A set of steps, ascending, its least-squares coefficients and what it costs: the Bayesian information criterion. */
interface Staircase {
  readonly steps: readonly number[];
  readonly coefficients: readonly number[];
  readonly cost: number;
}

/** Coefficients that data could tell apart: a profile of one clock cannot tell the functions of the clock from each other. */
const usedFunctions = (coefficients: readonly number[], distinctClocks: number): number => {
  const perFeature = Math.min(1, distinctClocks / LATENCY_BASIS.length);
  return coefficients.filter((coefficient) => coefficient > 0).length * perFeature;
};

function staircase(sums: StepSums, unordered: readonly number[]): Staircase {
  const steps = unordered.toSorted((a, b) => a - b);
  const equations = sums.equations(steps);
  const coefficients = solveNonNegative(equations);
  const solution = Matrix.columnVector(coefficients);
  const explained = 2 * Matrix.columnVector(equations.target).dot(solution) - solution.dot(equations.gram.mmul(solution));
  const squares = Math.max(0, sums.count - explained);
  const parameters = usedFunctions(coefficients, sums.distinctClocks) + steps.length;
  const cost = sums.count * Math.log(squares / sums.count + RESOLUTION ** 2) + parameters * Math.log(sums.count);
  return { steps, coefficients, cost };
}

/**
 * The candidate whose step explains most of what is left, were every other coefficient free to adapt: the residual's projection on the
 * part of the step's column that the other columns cannot make.
 */
function mostExplaining(sums: StepSums, { steps, coefficients }: Staircase, candidates: readonly number[]): number | null {
  const used = coefficients.flatMap((coefficient, i) => (coefficient > 0 ? [i] : []));
  const gram = sums.equations(steps).gram.selection(used, used);
  for (let i = 0; i < used.length; i++) gram.set(i, i, gram.get(i, i) * (1 + 1e-9));
  const cholesky = new CholeskyDecomposition(gram);
  let best = { step: null as number | null, gain: 0 };
  for (const step of candidates) {
    const { against, own, target } = sums.further(steps, step);
    const residual = against.reduce((left, product, i) => left - product * coefficients[i]!, target);
    const column = Matrix.columnVector(used.map((i) => against[i]!));
    const free = own - column.dot(cholesky.solve(column));
    const gain = residual > 0 && free > 1e-9 * own ? (residual * residual) / free : 0;
    if (gain > best.gain) best = { step, gain };
  }
  return best.step;
}

function grown(sums: StepSums, candidates: readonly number[]): Staircase {
  let current = staircase(sums, []);
  while (current.steps.length < MOST_STEPS) {
    const { steps } = current;
    const step = mostExplaining(
      sums,
      current,
      candidates.filter((one) => !steps.includes(one)),
    );
    const next = step === null ? null : staircase(sums, [...steps, step]);
    if (next === null || next.cost >= current.cost) break;
    current = next;
  }
  return current;
}

/** Each step once more against its neighbours and against none: the first of them were placed before the others were known. */
function tidied(sums: StepSums, candidates: readonly number[], start: Staircase): Staircase {
  let current = start;
  for (const step of start.steps) {
    const others = current.steps.filter((one) => one !== step);
    const at = candidates.indexOf(step);
    const places = [at - 1, at + 1].flatMap((i) => candidates[i] ?? []).filter((place) => !others.includes(place));
    for (const rivals of [others, ...places.map((place) => [...others, place])]) {
      const rival = staircase(sums, rivals);
      if (rival.cost < current.cost) current = rival;
    }
  }
  return current;
}

/** Loads after which latency steps up, each named by the last probed load before it, ascending. */
export function findSteps(latencies: readonly Observation[]): readonly number[] {
  const candidates = candidatesOf(latencies);
  const sums = new StepSums(latencies, candidates);
  return tidied(sums, candidates, grown(sums, candidates)).steps;
}
