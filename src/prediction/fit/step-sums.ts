import { Matrix } from 'ml-matrix';
import type { NormalEquations } from './linear.ts';
import { LATENCY_BASIS, type Observation } from './staircase.ts';

const BASIS = LATENCY_BASIS;
/** Steps wait for nothing or for SM cycles: enough to find them, and a third less to solve for. */
const STEP_FUNCTIONS = 2;
const LOADS = 3;
const COLUMNS = LOADS * BASIS.length;
/** Which of the load's features a step shares its shape with: the constant. */
const CONSTANT = 2;

/** Above a step: products of each load feature with each pair of clock functions, and of each clock function with the target. */
interface Suffix {
  readonly products: Float64Array;
  readonly target: Float64Array;
}

const at = (load: number, i: number, j: number): number => (load * BASIS.length + i) * BASIS.length + j;

/** A column of a staircase: one feature under one function of the clock. */
interface Column {
  /** Of the load's three features; a step's is the constant. */
  readonly load: number;
  readonly clock: number;
  /** The step it begins after; null for a column that is everywhere. */
  readonly step: number | null;
}

/**
 * Sums over all observations from which the least squares of any set of steps follow without looking at them again: a step's column is
 * the constant's above the step, so its products with any other column are sums over the loads above.
 */
export class StepSums {
  readonly count: number;
  readonly distinctClocks: number;
  readonly #whole = Matrix.zeros(COLUMNS, COLUMNS);
  readonly #wholeTarget = new Float64Array(COLUMNS);
  readonly #above = new Map<number, Suffix>();

  /** @param candidates steps that may be asked for */
  constructor(observations: readonly Observation[], candidates: readonly number[]) {
    this.count = observations.length;
    this.distinctClocks = new Set(observations.map(({ period }) => period)).size;
    const descending = observations.toSorted((a, b) => b.rows - a.rows);
    const running: Suffix = { products: new Float64Array(LOADS * BASIS.length ** 2), target: new Float64Array(BASIS.length) };
    let next = 0;
    for (const step of candidates.toSorted((a, b) => b - a)) {
      for (; next < descending.length && descending[next]!.rows > step; next++) this.#add(running, descending[next]!);
      this.#above.set(step, { products: running.products.slice(), target: running.target.slice() });
    }
    for (const one of observations) this.#addWhole(one);
  }

  #add({ products, target }: Suffix, { batch, tokens, period, value }: Observation): void {
    const loads = [batch, tokens, 1];
    const scales = BASIS.map((clock) => clock(period) / value);
    for (let i = 0; i < scales.length; i++) {
      target[i]! += scales[i]!;
      for (let j = 0; j < scales.length; j++)
        for (let load = 0; load < LOADS; load++) products[at(load, i, j)]! += loads[load]! * (scales[i]! * scales[j]!);
    }
  }

  #addWhole({ batch, tokens, period, value }: Observation): void {
    const row = BASIS.flatMap((clock) => [batch, tokens, 1].map((load) => (load * clock(period)) / value));
    for (let i = 0; i < COLUMNS; i++) {
      this.#wholeTarget[i]! += row[i]!;
      for (let j = 0; j < COLUMNS; j++) this.#whole.set(i, j, this.#whole.get(i, j) + row[i]! * row[j]!);
    }
  }

  #columns(steps: readonly number[]): Column[] {
    return BASIS.flatMap((_, clock) => [
      ...Array.from({ length: LOADS }, (__, load) => ({ load, clock, step: null })),
      ...(clock < STEP_FUNCTIONS ? steps.map((step) => ({ load: CONSTANT, clock, step })) : []),
    ]);
  }

  #product(one: Column, other: Column): number {
    if (one.step === null && other.step === null) return this.#whole.get(one.clock * LOADS + one.load, other.clock * LOADS + other.load);
    const step = Math.max(one.step ?? -Infinity, other.step ?? -Infinity);
    // At most one of the two is not a constant: a step's own load feature always is.
    const load = one.step === null ? one.load : other.load;
    return this.#above.get(step)!.products[at(load, one.clock, other.clock)]!;
  }

  #target({ load, clock, step }: Column): number {
    return step === null ? this.#wholeTarget[clock * LOADS + load]! : this.#above.get(step)!.target[clock]!;
  }

  equations(steps: readonly number[]): NormalEquations {
    const columns = this.#columns(steps);
    const gram = new Matrix(columns.length, columns.length);
    columns.forEach((one, i) => columns.forEach((other, j) => gram.set(i, j, this.#product(one, other))));
    return { gram, target: Float64Array.from(columns, (column) => this.#target(column)) };
  }

  /** The column of one more step, for whatever shrinks as 1/f: its products with those of `steps`, with itself and with the target. */
  further(steps: readonly number[], step: number): { readonly against: number[]; readonly own: number; readonly target: number } {
    const column = { load: CONSTANT, clock: 1, step };
    return {
      against: this.#columns(steps).map((other) => this.#product(column, other)),
      own: this.#product(column, column),
      target: this.#target(column),
    };
  }
}
