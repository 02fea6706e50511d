import { VoltanaError } from '../../domain/errors.ts';
import type { Evaluation, Fidelity, TuningChoice } from '../../domain/tuning.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Asking, EvaluationTask } from '../types.ts';
import { choiceKey } from './settings.ts';

/** What was asked so far, so that nothing is asked twice. */
export interface Ledger {
  /** The evaluation of every choice, in order; only what is not known yet is asked for. */
  ask(stage: string, choices: readonly TuningChoice[], fidelity: Fidelity, slo?: Slo): Asking<Evaluation[]>;
  /** Whether such a run is known: asking for it costs nothing. */
  knows(choice: TuningChoice, fidelity: Fidelity): boolean;
  /** Whether a configuration was ever simulated. */
  saw(choice: TuningChoice): boolean;
  figures(): { readonly configurations: number; readonly simulations: number; readonly simulatedRequests: number };
}

const keyOf = ({ choice, fidelity, slo }: EvaluationTask): string => JSON.stringify([choiceKey(choice), fidelity, slo]);

/** @param plannedRequests simulated requests that the whole search is expected to take */
export function createLedger(plannedRequests: number): Ledger {
  const known = new Map<string, Evaluation>();
  const seen = new Set<string>();
  let simulatedRequests = 0;

  function* answers(stage: string, tasks: readonly EvaluationTask[]): Asking<void> {
    simulatedRequests += tasks.reduce((total, { fidelity }) => total + fidelity.requests, 0);
    const evaluations = yield { stage, tasks, requestsToCome: Math.max(0, plannedRequests - simulatedRequests) };
    if (evaluations.length !== tasks.length)
      throw new VoltanaError('BUG', `${tasks.length} configurations were asked for, and ${evaluations.length} answered`);
    tasks.forEach((task, i) => {
      known.set(keyOf(task), evaluations[i]!);
      seen.add(choiceKey(task.choice));
    });
  }

  return {
    *ask(stage, choices, fidelity, slo) {
      const tasks = choices.map((choice): EvaluationTask => ({ choice, fidelity, slo: slo ?? null, day: null }));
      const unknown = new Map(tasks.filter((task) => !known.has(keyOf(task))).map((task) => [keyOf(task), task]));
      if (unknown.size > 0) yield* answers(stage, [...unknown.values()]);
      return tasks.map((task) => known.get(keyOf(task))!);
    },
    knows: (choice, fidelity) => known.has(keyOf({ choice, fidelity, slo: null, day: null })),
    saw: (choice) => seen.has(choiceKey(choice)),
    figures: () => ({ configurations: seen.size, simulations: known.size, simulatedRequests }),
  };
}
