import { gpusOf } from '../../domain/tuning.ts';
import { criticalT } from '../../statistics/student-t.ts';
import { objectiveOf } from './objective.ts';
import { unusualSettings } from './settings.ts';
import { listsOf, type TuningSpace } from './space.ts';
import { byCost, type Criteria, type Entry } from './standing.ts';

const CONFIDENCE = 0.95;
/** However noisy: more than this of the objective is not given away for simplicity. */
const MOST_GIVEN_AWAY = 0.01;

/** How much dearer `other` is on each load that both were judged on, in parts of `one`. */
function differences(one: Entry, other: Entry, { objective, prices }: Criteria): number[] {
  return one.evaluations.flatMap((evaluation) => {
    const twin = other.evaluations.find(({ fidelity }) => fidelity.seed === evaluation.fidelity.seed);
    const [a, b] = [objectiveOf(evaluation, objective, prices), twin ? objectiveOf(twin, objective, prices) : null];
    return a === null || b === null || a === 0 ? [] : [b / a - 1];
  });
}

/** Half of the one-sided interval of the mean difference; 0 from one load, which says nothing about noise. */
function noiseOf(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (n - 1);
  return criticalT(2 * (1 - CONFIDENCE), n - 1) * Math.sqrt(variance / n);
}

/** Whether `other`, which is dearer, may be as cheap as `one`: the same loads, paired, do not tell them apart. */
function tied(one: Entry, other: Entry, criteria: Criteria): boolean {
  const values = differences(one, other, criteria);
  if (values.length === 0) return false;
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return mean <= Math.min(noiseOf(values), MOST_GIVEN_AWAY);
}

/**
 * The configuration of least objective that surely keeps the target. Of those that noise does not tell from it: the one with
 * fewest GPUs, then fewest unusual settings, then the cheapest. Null where none is sure.
 */
export function pick(judged: readonly Entry[], space: TuningSpace, criteria: Criteria): Entry | null {
  const holding = judged.filter(({ standing }) => standing.sure).sort(byCost);
  const [cheapest] = holding;
  if (!cheapest) return null;
  const alike = holding.filter((entry) => entry === cheapest || tied(cheapest, entry, criteria));
  const unusual = ({ choice }: Entry): number => unusualSettings(choice, listsOf(space, choice.variant));
  return alike.sort((a, b) => gpusOf(a.choice) - gpusOf(b.choice) || unusual(a) - unusual(b) || byCost(a, b))[0]!;
}
