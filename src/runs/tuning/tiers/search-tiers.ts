import { VoltanaError } from '../../../domain/errors.ts';
import { gpusOf } from '../../../domain/tuning.ts';
import { layoutText, settingsText } from '../../../domain/tuning-text.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import { significant } from '../../../reporting/format.ts';
import { followed } from '../../../tuning/questions/index.ts';
import { planOf } from '../../../tuning/search/effort.ts';
import { searchConfigurations } from '../../../tuning/search/index.ts';
import type { Criteria } from '../../../tuning/search/standing.ts';
import { asTier } from '../../../tuning/tiers/as-tier.ts';
import { keepers, leastPair, type Pair } from '../../../tuning/tiers/pairing.ts';
import type { Asking, SearchOutcome } from '../../../tuning/types.ts';
import { canServeOn } from '../can-serve.ts';
import { assertFound, type Found } from '../document.ts';
import type { TunePlan } from '../resolve.ts';
import { PARTS_APART } from '../schedule.ts';
import { canServeBatch, type BatchPlan } from './batch-plan.ts';
import { groundOfTier } from './ground-of-tier.ts';
import { e2eP99SOf } from './served.ts';

const PERCENT = 100;

/** What is found where two tiers are asked for. */
export interface TiersFound {
  /** Apart: each tier's own fleet, both within the GPUs and watts that are allowed. */
  readonly interactive: Found;
  readonly batch: Found;
  /** One fleet under the interactive promises for all; its `best` is null where none keeps them. */
  readonly together: SearchOutcome;
}

/** Simulated requests beyond those of the interactive search, as they usually go. */
export const tiersRequests = ({ effort, together }: BatchPlan): number =>
  planOf(effort).usualRequests + planOf(together.effort).usualRequests;

const criteriaOf = ({ objective, prices }: TunePlan, { constraints }: Pick<TunePlan, 'constraints'>): Criteria => ({
  objective,
  prices,
  constraints,
});

function nearestHint({ nearest }: SearchOutcome): string {
  const otherwise = 'Allow more GPUs, a longer --batch-deadline, a lower --batch-target, or less --batch-rate.';
  const e2eS = nearest === null ? null : e2eP99SOf(nearest.judged);
  if (nearest === null || e2eS === null) return otherwise;
  const { choice } = nearest.judged;
  return `The nearest, ${layoutText(choice)} with ${settingsText(choice)}, ends 99 % of them within ${significant(e2eS, 3)} s. ${otherwise}`;
}

/** @throws VoltanaError BAD_VALUE naming what comes nearest */
function assertBatch(outcome: SearchOutcome, { constraints, tier }: BatchPlan): asserts outcome is Found {
  if (outcome.best !== null) return;
  const { sloTarget, confidence, gpus } = constraints;
  throw new VoltanaError(
    'BAD_VALUE',
    `none of ${outcome.figures.configurations} configurations of up to ${gpus.most} GPUs ends ${PERCENT * sloTarget} % of the batch tier's answers within ${tier.deadlineMs / MS_PER_S} s, ${PERCENT * confidence} % sure`,
    { hint: nearestHint(outcome) },
  );
}

function* searchBatch(plan: TunePlan, batch: BatchPlan): Asking<Found> {
  const { space, constraints, effort, baseline } = batch;
  const canServe = canServeBatch(plan.ground, batch.tier);
  const options = { ...criteriaOf(plan, { constraints }), effort, baseline, canServe, seed: plan.seed + PARTS_APART };
  const outcome = yield* asTier('batch', searchConfigurations(space, options));
  assertBatch(outcome, batch);
  return outcome;
}

function* searchTogether(plan: TunePlan, { together: { space, constraints, effort } }: BatchPlan): Asking<SearchOutcome> {
  const { ground } = groundOfTier(plan.ground, 'together');
  return yield* asTier('together', searchConfigurations(space, { ...plan, constraints, effort, canServe: canServeOn(ground) }));
}

/** @throws VoltanaError BAD_VALUE where no two configurations have room beside each other */
function paired(plan: TunePlan, batch: BatchPlan, interactive: Found, found: Found): Pair {
  const pair = leastPair(keepers(interactive, plan), keepers(found, criteriaOf(plan, batch)), plan.constraints);
  if (pair !== null) return pair;
  const { gpus, powerBudgetW } = plan.constraints;
  const bounds = `${gpus.least} to ${gpus.most} GPUs${powerBudgetW === null ? '' : ` and ${powerBudgetW} W`}`;
  throw new VoltanaError('BAD_VALUE', `no two configurations that keep what they must have room beside each other within ${bounds}`, {
    hint: 'Allow more GPUs or watts, or less --rate or --batch-rate.',
  });
}

/** The interactive search again, with as many GPUs as its part of the pair has: so that all that is said of the pick is said of this one. */
function* narrowed(plan: TunePlan, { interactive }: Pair): Asking<Found> {
  const space = { ...plan.space, gpus: { ...plan.space.gpus, most: gpusOf(interactive.choice) } };
  const outcome = yield* searchConfigurations(space, { ...plan, canServe: canServeOn(plan.ground) });
  assertFound(outcome, plan);
  return outcome;
}

/** The batch tier's part of a pair comes first in what is told of its search. */
const withBest = (outcome: Found, { batch }: Pair): Found =>
  outcome.best === batch ? outcome : { ...outcome, best: batch, runnerUp: null, sensitivity: [] };

/**
 * The tiers behind the interactive search: the batch tier alone, the pair that takes least, and both tiers' requests on one fleet.
 * @throws VoltanaError BAD_VALUE where the batch tier cannot be served
 */
export function* searchTiers(plan: TunePlan, batch: BatchPlan, first: Found): Asking<TiersFound> {
  const later = planOf(batch.together.effort).usualRequests;
  const found = yield* followed(searchBatch(plan, batch), later);
  const pair = paired(plan, batch, first, found);
  const interactive = pair.interactive === first.best ? first : yield* followed(narrowed(plan, pair), later);
  return { interactive, batch: withBest(found, pair), together: yield* searchTogether(plan, batch) };
}
