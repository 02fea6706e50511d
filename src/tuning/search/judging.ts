import type { Evaluation, TuningChoice } from '../../domain/tuning.ts';
import type { Asking } from '../types.ts';
import { LARGER_ROUNDS } from './effort.ts';
import { largerFleets } from './larger.ts';
import { judgingFidelities, type Search } from './search.ts';
import { byAttainment, byCost, bySureness, entryOf, type Entry } from './standing.ts';

/** What is said of the runs of the given layout. */
export const BASELINE_STAGE = 'the baseline on fresh loads';

/** Parts of a round's places: the cheapest that keep the target so far, and the cheapest that keep it surely. */
const LIKELY_PART = 0.5;
/** Cheaper by less is not worth another round. */
const WORTH_A_ROUND = 0.002;

/** Runs of these configurations on loads that no rung has seen, the same for all. */
export function* judgeThese(search: Search, stage: string, choices: readonly TuningChoice[]): Asking<Entry[]> {
  const fidelities = judgingFidelities(search);
  const runs: Evaluation[][] = [];
  for (const fidelity of fidelities) runs.push(yield* search.ledger.ask(stage, choices, fidelity));
  return choices.map((choice, i) =>
    entryOf(
      choice,
      runs.map((evaluations) => evaluations[i]!),
      search.criteria,
    ),
  );
}

/**
 * Who is judged next. Those on the edge are cheapest, and may fail: careful ones are judged beside them.
 * @param warned all before have failed: what looked cheap was chosen for the luck that it had, so the surest come first
 */
export function finalists(entries: readonly Entry[], places: number, warned = false): Entry[] {
  if (warned) return [...entries].sort(bySureness).slice(0, places);
  const rising = [...entries].sort(byCost);
  const likely = rising.filter(({ standing }) => standing.likely);
  const possible = rising.filter(({ standing }) => standing.possible);
  if (possible.length === 0) return [...entries].sort(byAttainment).slice(0, places);
  const sure = likely.filter(({ standing }) => standing.sure);
  const edge = likely.slice(0, Math.ceil(LIKELY_PART * places));
  const inOrder = [...edge, ...sure.filter((entry) => !edge.includes(entry)), ...likely, ...possible];
  return [...new Set(inOrder)].slice(0, places);
}

/** Whether somebody who was not judged looked cheaper than the best of those who keep the target. */
function cheaperLeft(left: readonly Entry[], pool: readonly Entry[], judged: readonly Entry[]): boolean {
  const [best] = judged.filter(({ standing }) => standing.sure).sort(byCost);
  if (!best) return left.some(({ standing }) => standing.possible);
  const cost = pool.find(({ key }) => key === best.key)?.standing.cost ?? best.standing.cost;
  return left.some(({ standing }) => standing.likely && standing.cost < cost * (1 - WORTH_A_ROUND));
}

export interface Judgement {
  readonly baseline: Entry;
  /** Finalists; the baseline is not among them. */
  readonly judged: readonly Entry[];
}

const someHold = (judged: readonly Entry[]): boolean => judged.some(({ standing }) => standing.sure);

/** Larger and larger fleets, until one of them holds. */
function* judgeLarger(search: Search, judged: readonly Entry[]): Asking<Entry[]> {
  const larger: Entry[] = [];
  for (let round = 0; round < LARGER_ROUNDS && !someHold(larger); round += 1) {
    const choices = largerFleets(search, [...judged, ...larger], 2 ** round).slice(0, search.effort.judging.finalists);
    larger.push(...(yield* judgeThese(search, 'larger fleets on fresh loads', choices)));
  }
  return larger;
}

/**
 * Rounds of finalists on fresh loads, until nobody is left who could be cheaper than the best that holds; where none holds, larger
 * fleets. The baseline is judged first.
 */
export function* judge(search: Search, pool: readonly Entry[], baseline: TuningChoice): Asking<Judgement> {
  const { finalists: places, rounds } = search.effort.judging;
  const [base] = yield* judgeThese(search, BASELINE_STAGE, [baseline]);
  const judged: Entry[] = [];
  let left = pool.filter(({ key }) => key !== base!.key);
  for (let round = 0; round < rounds && left.length > 0; round += 1) {
    if (round > 0 && !cheaperLeft(left, pool, judged)) break;
    const next = finalists(left, places, judged.length > 0 && !someHold(judged));
    judged.push(
      ...(yield* judgeThese(
        search,
        `finalists on fresh loads, round ${round + 1}`,
        next.map(({ choice }) => choice),
      )),
    );
    left = left.filter((entry) => !next.includes(entry));
  }
  if (judged.length > 0 && !someHold(judged)) judged.push(...(yield* judgeLarger(search, judged)));
  return { baseline: base!, judged };
}
