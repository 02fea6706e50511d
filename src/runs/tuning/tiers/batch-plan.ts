import { VoltanaError } from '../../../domain/errors.ts';
import { gpusOf, type TuningConstraints, type TuningObjective, type TuningPrices } from '../../../domain/tuning.ts';
import { checkCriteria } from '../../../tuning/search/check-criteria.ts';
import { effortAt, planOf, type EffortName, type SearchEffort, type SearchPlan } from '../../../tuning/search/effort.ts';
import { busyness, screen, type CanServe } from '../../../tuning/search/screen.ts';
import type { Layout } from '../../../tuning/search/settings.ts';
import { layoutsOf, type TuningSpace } from '../../../tuning/search/space.ts';
import { canServeOn, meanLengths, phasePredictors } from '../can-serve.ts';
import type { BatchTier, TuningGround } from '../ground.ts';
import type { LoadPorts } from '../load.ts';
import type { TuneRequest } from '../request.ts';
import { scheduleOf } from '../schedule.ts';
import { batchLoad, type BatchAsked } from './batch-load.ts';
import { plannedSlo, shortestAnswer, type PlannedSlo } from './planned-slo.ts';

/** Requests that tell how long answers are. */
const DRAWN = 2000;
/** Answers without a promised gap take longer: first looks do, too. */
const LONGER_LOOKS = 4;

/** A batch tier, fully resolved. */
export interface BatchPlan {
  readonly tier: BatchTier;
  readonly planned: PlannedSlo;
  readonly constraints: TuningConstraints;
  readonly space: TuningSpace;
  readonly baseline: Layout;
  readonly effort: SearchEffort;
  /** Of both tiers' requests treated alike, on one fleet. */
  readonly together: { readonly space: TuningSpace; readonly constraints: TuningConstraints; readonly effort: SearchEffort };
  /** GPUs that each tier takes at the least, by arithmetic. */
  readonly fewest: { readonly interactive: number; readonly batch: number };
}

/** What is known of the search that a batch tier is beside. */
export interface BesideWhat {
  readonly ground: TuningGround;
  readonly space: TuningSpace;
  readonly constraints: TuningConstraints;
  readonly effortName: EffortName;
  readonly objective: TuningObjective;
  readonly prices: TuningPrices;
  readonly seed: number;
}

const bad = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_VALUE', message, { hint });

/** @throws VoltanaError BAD_VALUE for a deadline shorter than answers take */
function plannedFor({ load, deadlineMs, target }: BatchAsked, { ground, space, seed }: BesideWhat): PlannedSlo {
  const devices = space.variants.flatMap(({ id, tps }) =>
    tps.flatMap(
      (tp) =>
        phasePredictors(
          ground.variants.find((one) => one.id === id)!,
          tp,
        ) ?? [],
    ),
  );
  if (devices.length === 0) throw new VoltanaError('DOES_NOT_FIT', 'the model has no room', { hint: 'Allow more GPUs per instance.' });
  const requests = scheduleOf(load, { requests: DRAWN, seed, load: 1 }, null);
  return plannedSlo(shortestAnswer(requests, devices, target), deadlineMs, target);
}

/** Optimistic: an answer of the mean length may take the whole deadline. */
export const canServeBatch = (ground: TuningGround, { load, deadlineMs }: Pick<BatchTier, 'load' | 'deadlineMs'>): CanServe =>
  canServeOn({ ...ground, load, slo: { ttftMs: deadlineMs, itlMs: deadlineMs / meanLengths(load).outputTokens } });

/** The smallest layout that arithmetic believes in, the least busy of that size; null without one. */
function smallest(space: TuningSpace, canServe: CanServe): Layout | null {
  const { kept } = screen(layoutsOf(space), canServe);
  const fewest = Math.min(...kept.map(gpusOf));
  const busy = (layout: Layout): number => busyness(layout, canServe(layout));
  const [first] = kept.filter((layout) => gpusOf(layout) === fewest).sort((a, b) => busy(a) - busy(b));
  return first ?? null;
}

/** @throws VoltanaError BAD_VALUE where the GPUs are too few for either tier, or for both */
function sizesOf(asked: BatchAsked, { ground, space, constraints }: BesideWhat): { interactive: number; batch: Layout } {
  const { most } = constraints.gpus;
  const upTo = { ...space, gpus: { least: 1, most } };
  const batch = smallest(upTo, canServeBatch(ground, asked));
  const rate = `${asked.load.ratePerS} requests/s of the batch tier`;
  if (batch === null) throw bad(`${most} GPUs at their highest clock cannot do ${rate}`, 'Allow more GPUs, or less --batch-rate.');
  const alone = smallest(upTo, canServeOn(ground));
  const interactive = alone === null ? Math.min(...layoutsOf(upTo).map(gpusOf)) : gpusOf(alone);
  if (interactive + gpusOf(batch) <= most) return { interactive, batch };
  throw bad(
    `no GPUs are left for the batch tier: by arithmetic the interactive one takes ${interactive} at the least and ${rate} take ${gpusOf(batch)}, and --gpus allows ${most}`,
    'Allow more GPUs, or less --rate or --batch-rate.',
  );
}

const within = (space: TuningSpace, least: number, most: number): TuningSpace => ({
  ...space,
  gpus: { least: Math.min(space.gpus.least, least), most },
});

/** What the interactive tier may take when the batch tier has its share. */
export const besideBatch = (space: TuningSpace, { fewest }: BatchPlan): TuningSpace =>
  within(space, fewest.interactive, space.gpus.most - fewest.batch);

const sum = (plans: readonly SearchPlan[], of: keyof SearchPlan): number => plans.reduce((total, plan) => total + plan[of], 0);

/** All that is simulated. @param interactive what a search of the interactive tier takes */
export function workWith({ effort, together }: BatchPlan, interactive: SearchPlan): SearchPlan {
  const plans = [interactive, planOf(effort), planOf(together.effort)];
  return {
    configurations: sum(plans, 'configurations'),
    usualRequests: sum(plans, 'usualRequests'),
    // Where both best ones have no room beside each other, the interactive tier is searched once more.
    mostRequests: sum(plans, 'mostRequests') + interactive.mostRequests,
  };
}

function planFor(asked: BatchAsked, planned: PlannedSlo, beside: BesideWhat): BatchPlan {
  const { ground, space, constraints, effortName } = beside;
  const { load, deadlineMs, target } = asked;
  const sizes = sizesOf(asked, beside);
  const own = { least: 1, most: constraints.gpus.most - sizes.interactive };
  const effort = effortAt(effortName, LONGER_LOOKS * load.ratePerS);
  // Who is not told apart is promised what the stricter tier is.
  const strictest = { ...constraints, sloTarget: Math.max(constraints.sloTarget, target) };
  const together = { space, constraints: strictest, effort: effortAt(effortName, ground.load.ratePerS + load.ratePerS) };
  return {
    tier: { load, deadlineMs, slo: planned.slo },
    planned,
    constraints: { ...constraints, slo: planned.slo, sloTarget: target, gpus: own },
    space: within(space, own.least, own.most),
    baseline: sizes.batch,
    effort,
    together,
    fewest: { interactive: sizes.interactive, batch: gpusOf(sizes.batch) },
  };
}

/** A batch tier beside a search, if one was asked for. @throws VoltanaError of exit code 2 */
export async function batchAsked(request: TuneRequest, beside: BesideWhat, ports: LoadPorts): Promise<BatchPlan | null> {
  const asked = await batchLoad(request, beside.ground.load, ports);
  if (asked === null) return null;
  const { objective, prices, constraints } = beside;
  checkCriteria({ objective, prices, constraints: { ...constraints, sloTarget: asked.target } });
  return planFor(asked, plannedFor(asked, beside), beside);
}
