import { energyBound, type EnergyBound } from '../../../src/simulation/bound.ts';
import { offeredLoad } from '../../../src/simulation/offered-load.ts';
import { most, type Pooled } from './compare.ts';
import { scheduleOf, type ScheduleSpec } from './schedules.ts';
import { ttftPromise, worldOf, type WorldSpec } from './world.ts';

/** The least that one schedule can cost on a cluster until `spanMs` after its first arrival. */
export function boundOfOne(worldSpec: WorldSpec, schedule: ScheduleSpec, spanMs: number): EnergyBound {
  const world = worldOf(worldSpec);
  const { predictors, clocksMhz, engine, spec } = world;
  const requests = scheduleOf(schedule);
  const ttftMs = ttftPromise(world);
  return energyBound({
    load: offeredLoad(requests, spec.slo, ttftMs),
    itlMs: spec.slo.itlMs,
    latestPrefillMs: most(requests.map(({ promptTokens }) => ttftMs(promptTokens))),
    chunkTokens: engine.chunkTokens,
    spanMs,
    prefill: { instances: spec.prefill, predictor: predictors.prefill, clocksMhz, maxBatch: engine.maxRunningPrefill },
    decode: { instances: spec.decode, predictor: predictors.decode, clocksMhz, maxBatch: engine.maxRunningDecode },
  });
}

/** Joules over all seeds; null where the SLOs cannot be kept at all. */
export function boundOf(world: WorldSpec, schedules: readonly ScheduleSpec[], spansMs: readonly number[]): number | null {
  const bounds = schedules.map((schedule, i) => boundOfOne(world, schedule, spansMs[i]!));
  return bounds.every(({ feasible }) => feasible) ? bounds.reduce((sum, { totalJ }) => sum + totalJ, 0) : null;
}

/** Percent of what static maximum spends above the bound that ours saves; null without a bound. */
export const gapClosed = ({
  max,
  ours,
  boundJ,
}: {
  readonly max: Pooled;
  readonly ours: Pooled;
  readonly boundJ: number | null;
}): number | null => (boundJ === null || max.energyJ <= boundJ ? null : (100 * (max.energyJ - ours.energyJ)) / (max.energyJ - boundJ));
