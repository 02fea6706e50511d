import type { Evaluation, Fidelity, SearchFigures, Sensitivity, TuningChoice } from '../domain/tuning.ts';
import type { LoadTier } from '../domain/tuning-tiers.ts';
import type { Slo } from '../domain/slo.ts';

/** A load that changes over a day, squeezed so that a simulation can hold it: `hours` of arrivals at these shares of the mean rate, one after the other. */
export interface DayShape {
  readonly shares: readonly number[];
  readonly secondsPerShare: number;
}

/** One run of the simulator, as plain data: it is sent to a worker, and its canonical text names it in a journal. */
export interface EvaluationTask {
  readonly choice: TuningChoice;
  readonly fidelity: Fidelity;
  /** In place of the promises that the search is for. */
  readonly slo: Slo | null;
  /** In place of a steady rate. `fidelity.requests` is ignored. */
  readonly day: DayShape | null;
  /** In place of the interactive load; left out where there is no other. */
  readonly tier?: LoadTier;
}

/** Runs that wait for nothing but each other: whoever drives a search answers with their evaluations, in this order. */
export interface Batch {
  /** For people: what is being found out. */
  readonly stage: string;
  readonly tasks: readonly EvaluationTask[];
  /** Simulated requests still to come after this batch, as far as anybody can tell: for an estimate of the time left. */
  readonly requestsToCome: number;
}

/** A search that knows no simulator: asks for batches, is answered with evaluations, and ends with what it found. Deterministic. */
export type Asking<T> = Generator<Batch, T, readonly Evaluation[]>;

/** A configuration and the runs on fresh seeds that it was judged by. */
export interface Judged {
  readonly choice: TuningChoice;
  readonly evaluations: readonly Evaluation[];
}

export interface SearchOutcome {
  /** The one that keeps the target for the least; null where none keeps it. */
  readonly best: Judged | null;
  /** Where none keeps the target: the one that comes nearest, and the promise (ms each) that it would keep. */
  readonly nearest: { readonly judged: Judged; readonly slo: Slo | null } | null;
  readonly baseline: Judged;
  readonly runnerUp: Judged | null;
  readonly front: readonly Judged[];
  readonly sensitivity: readonly Sensitivity[];
  readonly figures: Omit<SearchFigures, 'workers'>;
  readonly reasons: readonly string[];
}
