import type { ClusterFile } from '../../../domain/cluster.ts';
import type { ServingWay, TuningTiers } from '../../../domain/tuning-tiers.ts';
import type { TuningChoice } from '../../../domain/tuning.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import { byHand } from '../cluster-of.ts';
import { variantOf } from '../ground.ts';
import { loadName } from '../load.ts';
import type { TunePlan } from '../resolve.ts';
import { batchCluster } from './batch-cluster.ts';
import type { BatchPlan } from './batch-plan.ts';
import { groundOfTier } from './ground-of-tier.ts';
import type { TiersFound } from './search-tiers.ts';
import { servedTier } from './served.ts';
import { leastWay, waysOf, type ServedFleet } from './ways.ts';

const HOW_TO_ROUTE: Readonly<Record<ServingWay['way'], readonly string[]>> = {
  apart: [
    'Serve both files: each has a gateway of its own, and the GPUs of neither are those of the other.',
    'Send requests whose answer has only to end in time to the gateway of the batch file, all others to the first: nobody tells them apart on the way.',
  ],
  'as-interactive': ['Send all requests to one gateway: it treats them alike, and batch ones end within their deadline.'],
};

type ClusterOf = (choice: TuningChoice) => ClusterFile;

/** One fleet for each tier. */
function fleetsApart(plan: TunePlan, batch: BatchPlan, found: TiersFound, clusterOf: ClusterOf): readonly [ServedFleet, ServedFleet] {
  const deadlineS = batch.tier.deadlineMs / MS_PER_S;
  const { ground } = groundOfTier(plan.ground, 'batch');
  const criteria = { objective: plan.objective, prices: plan.prices, constraints: batch.constraints };
  const interactive = {
    served: servedTier('interactive', found.interactive.best, { ground: plan.ground, criteria: plan, deadlineS: null }),
    cluster: clusterOf(found.interactive.best.choice),
  };
  const { choice } = found.batch.best;
  const among = { given: plan.cluster, interactive: interactive.cluster };
  const cluster = batchCluster(choice, variantOf(plan.ground, choice.variant), batch.tier, among);
  return [interactive, { served: servedTier('batch', found.batch.best, { ground, criteria, deadlineS }), cluster }];
}

/** One fleet for both. */
function fleetTogether(
  plan: TunePlan,
  { tier, together: { constraints } }: BatchPlan,
  { together: { best } }: TiersFound,
  clusterOf: ClusterOf,
): ServedFleet | null {
  if (best === null) return null;
  const { ground } = groundOfTier(plan.ground, 'together');
  const served = servedTier('both', best, { ground, criteria: { ...plan, constraints }, deadlineS: tier.deadlineMs / MS_PER_S });
  return { served, cluster: clusterOf(best.choice) };
}

const untold = (reasons: readonly string[], tier: string): string[] => reasons.map((reason) => `${tier}: ${reason}`);

/** What a search says of both tiers, simulated throughout. @throws VoltanaError BAD_VALUE for a deployment without GPUs for one of them */
export function tiersDocument(plan: TunePlan, batch: BatchPlan, found: TiersFound, clusterOf: ClusterOf): TuningTiers {
  const { tier, planned, constraints } = batch;
  const [interactive, own] = fleetsApart(plan, batch, found, clusterOf);
  const ways = waysOf(interactive, own, fleetTogether(plan, batch, found, clusterOf));
  const { way } = leastWay(ways);
  const others = [found.batch.figures, found.together.figures];
  return {
    ...{ workload: loadName(tier.load), rate: tier.load.ratePerS, deadlineS: tier.deadlineMs / MS_PER_S, target: constraints.sloTarget },
    planned,
    recommended: way,
    ways,
    howToRoute: HOW_TO_ROUTE[way],
    simulations: others.reduce((sum, { simulations }) => sum + simulations, 0),
    simulatedRequests: others.reduce((sum, { simulatedRequests }) => sum + simulatedRequests, 0),
    reasons: [
      ...untold([...found.batch.reasons, ...byHand(found.batch.best.choice, own.cluster, plan.cluster)], 'batch tier'),
      ...untold(found.together.reasons, 'both tiers on one fleet'),
    ],
  };
}
