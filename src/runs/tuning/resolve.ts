import { RESIZE_TUNABLES } from '../../control/resize/plan.ts';
import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { CapacityAnswer, TuningConstraints, TuningObjective, TuningPrices } from '../../domain/tuning.ts';
import { checkCriteria } from '../../tuning/search/check-criteria.ts';
import { effortAt, EFFORTS, planOf, type EffortName, type SearchEffort, type SearchPlan } from '../../tuning/search/effort.ts';
import type { TuningSpace } from '../../tuning/search/space.ts';
import { checkSpace } from '../../tuning/search/space.ts';
import { constraintsOf, checkLayout } from './constraints.ts';
import { givenLayout, overCluster, type GivenLayout } from './given-layout.ts';
import type { TuningGround } from './ground.ts';
import { knownOf, oneOf } from './lists.ts';
import { checkOneLoad, loadOf, overRun, type LoadPorts } from './load.ts';
import { objectiveAsked } from './prices.ts';
import type { TuneRequest } from './request.ts';
import { batchAsked, besideBatch, workWith, type BatchPlan } from './tiers/batch-plan.ts';
import { commonSettings, variantSettings } from './setting-lists.ts';
import { askedVariants, type AskedVariant } from './variants.ts';

export type Question = CapacityAnswer['question'];
const QUESTIONS: readonly Question[] = ['largest-rate', 'fewest-gpus', 'slo-price', 'day'];

/** A search, fully resolved: every id looked up, every number checked, nothing simulated. */
export interface TunePlan {
  readonly request: TuneRequest;
  readonly ground: TuningGround;
  readonly space: TuningSpace;
  readonly constraints: TuningConstraints;
  readonly objective: TuningObjective;
  readonly prices: TuningPrices;
  readonly baseline: GivenLayout;
  readonly effortName: EffortName;
  readonly effort: SearchEffort;
  readonly work: SearchPlan;
  readonly questions: readonly Question[];
  /** The cluster file that was given, whose launcher and engine the recommended one keeps. */
  readonly cluster: ClusterFile | null;
  /** A second tier beside this one; null where nobody asked for it. */
  readonly batch: BatchPlan | null;
  readonly seed: number;
}

export interface ResolvePorts extends LoadPorts {
  readonly readRun: (run: string) => Promise<RunRecord>;
}

/** Two answers to one question, whether its GPUs are real or emulated. @throws VoltanaError BAD_FLAG */
function checkSameDevices({ gpu, cluster: name }: TuneRequest, cluster: ClusterFile): void {
  if (gpu === undefined || gpu === cluster.gpu) return;
  throw new VoltanaError('BAD_FLAG', `--gpu ${gpu} is not what ${name} has: ${cluster.gpu}`, {
    hint: 'Leave out --gpu, or --cluster.',
  });
}

/** Whatever was given by a cluster file or a recorded run is spelt out. */
async function spelt(
  request: TuneRequest,
  { library, readRun }: ResolvePorts,
): Promise<{ request: TuneRequest; cluster: ClusterFile | null }> {
  checkOneLoad(request);
  const { from } = request;
  const loaded = from === undefined ? request : await overRun(request, from, await readRun(from), library);
  if (request.cluster === undefined) return { request: loaded, cluster: null };
  const cluster = await library.cluster(request.cluster);
  checkSameDevices(request, cluster);
  return { request: overCluster(loaded, cluster), cluster };
}

function spaceOf(request: TuneRequest, variants: readonly AskedVariant[], gpus: TuningSpace['gpus'], effort: EffortName): TuningSpace {
  const space: TuningSpace = {
    variants: variants.map(({ variant, tps }) => ({ id: variant.id, tps, settings: variantSettings(request, variant, effort) })),
    gpus,
    settings: commonSettings(request),
    disaggregated: true,
    aggregated: true,
  };
  checkSpace(space);
  return space;
}

const EFFORT_NAMES = Object.keys(EFFORTS) as EffortName[];

/** Looks everything up and checks it. @throws VoltanaError of exit code 2 */
export async function resolveTuning(asked: TuneRequest, ports: ResolvePorts): Promise<TunePlan> {
  const { request, cluster } = await spelt(asked, ports);
  const effortName = oneOf(request.effort ?? 'usual', 'effort', EFFORT_NAMES);
  const questions = request.questions === undefined ? [] : knownOf('questions', request.questions, 'question', QUESTIONS);
  const variants = await askedVariants(request, ports.library);
  const constraints = constraintsOf(request, variants, cluster);
  const space = spaceOf(request, variants, constraints.gpus, effortName);
  const baseline = givenLayout(request, variants[0]!, constraints.gpus.most);
  checkLayout(baseline, constraints.gpus);
  const aim = objectiveAsked(request);
  checkCriteria({ ...aim, constraints });
  const load = await loadOf(request, ports);
  const effort = effortAt(effortName, load.ratePerS);
  const ground = { variants: variants.map(({ variant }) => variant), load, slo: constraints.slo, resize: RESIZE_TUNABLES };
  const batch = await batchAsked(request, { ...{ ground, space, constraints, effortName, seed: request.seed }, ...aim }, ports);
  return {
    request: asked,
    ...aim,
    ground: batch === null ? ground : { ...ground, batch: batch.tier },
    space: batch === null ? space : besideBatch(space, batch),
    constraints,
    baseline,
    effortName,
    effort,
    work: batch === null ? planOf(effort) : workWith(batch, planOf(effort)),
    questions,
    cluster,
    batch,
    seed: request.seed,
  };
}

/** What two searches must have in common for one to go on with the other's evaluations. The way to get there may differ. */
export const sameGround = ({
  ground,
  space,
  constraints,
  objective,
  prices,
  baseline,
  effort,
  questions,
  batch,
  seed,
}: TunePlan): object => ({
  ...{ ground, space, constraints, objective, prices, baseline, effort, questions, seed },
  ...(batch !== null && { batch }),
});

/** @throws VoltanaError BAD_VALUE */
export function refuseOther(run: string): never {
  throw new VoltanaError(
    'BAD_VALUE',
    `run ${run} searched on other ground: its trace, cards, fits or cluster file have changed, or voltana has`,
    {
      hint: 'What it has evaluated does not hold any more: begin anew, without --resume.',
    },
  );
}
