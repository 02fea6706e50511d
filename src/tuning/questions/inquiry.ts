import { VoltanaError } from '../../domain/errors.ts';
import type { Evaluation, Fidelity, TuningChoice } from '../../domain/tuning.ts';
import { SEARCH_SEEDS } from '../search/search.ts';
import type { Criteria } from '../search/standing.ts';
import type { Asking, EvaluationTask } from '../types.ts';
import type { QuestionEffort } from './effort.ts';

/** What every question is about. */
export interface Inquiry extends Criteria {
  readonly recommended: TuningChoice;
  /** The given layout at the highest clock. */
  readonly baseline: TuningChoice;
  /** The load that was asked for, requests/s. */
  readonly ratePerS: number;
  /** The search's. Questions take their loads from beyond all of those that a search may see. */
  readonly seed: number;
  readonly effort: QuestionEffort;
}

/** Loads of different questions have nothing in common. */
const APART = 1000;
export type Purpose = 'fresh' | 'worlds' | 'rate' | 'confirmation' | 'layouts' | 'promises' | 'day';
const PURPOSES: readonly Purpose[] = ['fresh', 'worlds', 'rate', 'confirmation', 'layouts', 'promises', 'day'];

/** Seed of the i-th load of a purpose. */
export const seedFor = ({ seed }: Pick<Inquiry, 'seed'>, purpose: Purpose, i: number): number =>
  seed + SEARCH_SEEDS + APART * PURPOSES.indexOf(purpose) + i;

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const taskOf = (choice: TuningChoice, fidelity: Fidelity, changes: Partial<EvaluationTask> = {}): EvaluationTask => ({
  ...{ choice, fidelity, slo: null, day: null },
  ...changes,
});

/** The loads of a purpose, at so many times the rate that was asked for. */
export const fidelitiesFor = (inquiry: Inquiry, purpose: Purpose, load = 1): Fidelity[] =>
  upTo(inquiry.effort.seeds).map((i) => ({
    requests: inquiry.effort.requests,
    seed: seedFor(inquiry, purpose, i),
    load,
    hostileWorld: null,
  }));

/**
 * Groups of runs asked for at once and answered group by group.
 * @param requestsToCome simulated requests behind these, as far as anybody can tell
 * @throws VoltanaError BUG for a driver that answers something else
 */
export function* askGroups(stage: string, groups: readonly (readonly EvaluationTask[])[], requestsToCome: number): Asking<Evaluation[][]> {
  const tasks = groups.flat();
  const evaluations = yield { stage, tasks, requestsToCome };
  if (evaluations.length !== tasks.length)
    throw new VoltanaError('BUG', `${tasks.length} runs were asked for, and ${evaluations.length} answered`);
  let from = 0;
  return groups.map(({ length }) => evaluations.slice(from, (from += length)));
}
