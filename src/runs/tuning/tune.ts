import type { CapacityAnswer, RobustnessCheck } from '../../domain/tuning.ts';
import {
  capacity,
  followed,
  QUESTION_EFFORTS,
  questionRequests,
  robustness,
  usualDay,
  type DayLoad,
  type QuestionsInquiry,
} from '../../tuning/questions/index.ts';
import { searchConfigurations } from '../../tuning/search/index.ts';
import type { Asking } from '../../tuning/types.ts';
import { canServeOn } from './can-serve.ts';
import { assertFound, type Found } from './document.ts';
import type { TunePlan } from './resolve.ts';
import { searchTiers, tiersRequests, type TiersFound } from './tiers/search-tiers.ts';

export interface TuneResult {
  readonly outcome: Found;
  readonly robustness: readonly RobustnessCheck[];
  readonly capacity: readonly CapacityAnswer[];
  /** Null where no batch tier was asked for. */
  readonly tiers: TiersFound | null;
}

/** A trace that is longer has a day of its own. */
const DAY_MS = 20 * 3_600_000;

function dayOf({ ground: { load, resize }, effortName }: TunePlan): DayLoad {
  const spanMs = load.kind === 'trace' && load.timed ? load.requests.at(-1)!.arrivalMs - load.requests[0]!.arrivalMs : 0;
  if (load.kind === 'trace' && spanMs >= DAY_MS) return { kind: 'trace', requests: load.requests.length };
  return { kind: 'shape', shape: usualDay(load.ratePerS, QUESTION_EFFORTS[effortName].dayRequests, resize), rest: resize };
}

/** Simulated requests behind a search, as they usually go: of its pick under other conditions, and of the questions. */
export const requestsAfter = (plan: TunePlan): number =>
  questionRequests({ effort: QUESTION_EFFORTS[plan.effortName], ratePerS: plan.ground.load.ratePerS, day: dayOf(plan) }, plan.questions);

/** What a search's pick is asked. */
export const inquiryOf = (plan: TunePlan, { best, baseline }: Pick<Found, 'best' | 'baseline'>): QuestionsInquiry => ({
  ...{ objective: plan.objective, prices: plan.prices, constraints: plan.constraints, space: plan.space, seed: plan.seed },
  recommended: best.choice,
  baseline: baseline.choice,
  ratePerS: plan.ground.load.ratePerS,
  effort: QUESTION_EFFORTS[plan.effortName],
  canServe: canServeOn(plan.ground),
  day: dayOf(plan),
});

/**
 * The whole of `tune --search`: the search, then how its pick stands up to other conditions, then the questions that were asked.
 * @throws VoltanaError BAD_VALUE where nothing keeps the promises
 */
export function* tune(plan: TunePlan): Asking<TuneResult> {
  const { effortName, ground, questions, batch } = plan;
  const cost = { effort: QUESTION_EFFORTS[effortName], ratePerS: ground.load.ratePerS, day: dayOf(plan) };
  const later = questionRequests(cost, questions);
  const search = searchConfigurations(plan.space, { ...plan, canServe: canServeOn(ground) });
  const first = yield* followed(search, later + (batch === null ? 0 : tiersRequests(batch)));
  assertFound(first, plan);
  const tiers = batch === null ? null : yield* followed(searchTiers(plan, batch, first), later);
  const outcome = tiers?.interactive ?? first;
  const inquiry = inquiryOf(plan, outcome);
  return {
    outcome,
    robustness: yield* followed(robustness(inquiry), questionRequests(cost, questions) - questionRequests(cost, [])),
    capacity: yield* capacity(inquiry, questions),
    tiers,
  };
}
