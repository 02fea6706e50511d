import type { Evaluation, TuningChoice, TuningConstraints, TuningObjective, TuningPrices } from '../../domain/tuning.ts';
import { attainmentBound, jointAttainment } from './attainment-bound.ts';
import { objectiveOfAll } from './objective.ts';
import { choiceKey } from './settings.ts';

/** By what configurations are compared. */
export interface Criteria {
  readonly objective: TuningObjective;
  readonly prices: TuningPrices;
  readonly constraints: TuningConstraints;
}

/** Only what is this surely out of reach is given up before it is judged. */
const GIVE_UP = 0.99;

/** What a configuration's runs so far say of it. */
export interface Standing {
  /** The objective per output token; Infinity where it is not known. */
  readonly cost: number;
  readonly joint: number;
  /** One-sided, at the confidence that was asked for. */
  readonly lower: number;
  /** Within the power budget in every second of every run. GPUs alone, without what cools them; without a meter nobody knows. */
  readonly withinPower: boolean;
  /** It may keep the target, it does so far, and it does surely. */
  readonly possible: boolean;
  readonly likely: boolean;
  readonly sure: boolean;
}

const withinBudget = (evaluations: readonly Evaluation[], budgetW: number | null): boolean =>
  budgetW === null || evaluations.every(({ peakPowerW }) => peakPowerW !== null && peakPowerW <= budgetW);

export function standingOf(evaluations: readonly Evaluation[], { objective, prices, constraints }: Criteria): Standing {
  const { sloTarget, confidence } = constraints;
  const cost = objectiveOfAll(evaluations, objective, prices) ?? Infinity;
  const joint = jointAttainment(evaluations) ?? 0;
  const { lower } = attainmentBound(evaluations, confidence);
  const { upper } = attainmentBound(evaluations, Math.max(GIVE_UP, confidence));
  const withinPower = withinBudget(evaluations, constraints.powerBudgetW);
  // Where requests are left over, a longer run would only leave more.
  const served = withinPower && cost < Infinity && evaluations.every(({ overloaded }) => !overloaded);
  const likely = served && joint >= sloTarget;
  return { cost, joint, lower, withinPower, possible: served && upper >= sloTarget, likely, sure: likely && lower >= sloTarget };
}

/** A configuration with its runs and what they say. */
export interface Entry {
  readonly choice: TuningChoice;
  readonly key: string;
  readonly evaluations: readonly Evaluation[];
  readonly standing: Standing;
}

export const entryOf = (choice: TuningChoice, evaluations: readonly Evaluation[], criteria: Criteria): Entry => ({
  choice,
  key: choiceKey(choice),
  evaluations,
  standing: standingOf(evaluations, criteria),
});

const byKey = (a: Entry, b: Entry): number => (a.key < b.key ? -1 : Number(a.key > b.key));

/** Cheapest first; equal ones by their text, so that the order never depends on who was asked first. */
export const byCost = (a: Entry, b: Entry): number =>
  a.standing.cost === b.standing.cost ? byKey(a, b) : a.standing.cost - b.standing.cost;

/** The first of each layout and governor: what lies between two of them takes several steps, and one of them may hide the other. */
export const ofFamilies = (entries: readonly Entry[]): Entry[] =>
  [
    ...new Map(
      [...entries].reverse().map((entry) => {
        const { variant, tp, prefill, decode, aggregated, governor } = entry.choice;
        return [JSON.stringify([variant, tp, prefill, decode, aggregated, governor]), entry];
      }),
    ).values(),
  ].reverse();

/** Nearest to the target first. */
export const byAttainment = (a: Entry, b: Entry): number => b.standing.joint - a.standing.joint || byCost(a, b);

/** By how sure they are to keep the target; the cheapest of those that are sure first. */
export const bySureness = (a: Entry, b: Entry): number =>
  Number(b.standing.sure) - Number(a.standing.sure) || (a.standing.sure ? 0 : b.standing.lower - a.standing.lower) || byCost(a, b);
