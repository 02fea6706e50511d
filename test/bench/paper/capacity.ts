import { mean } from './compare.ts';
import { MAX } from './contenders.ts';
import { onSeeds, type Context } from './context.ts';
import type { ScheduleSpec } from './schedules.ts';
import type { WorldSpec } from './world.ts';

const SEEDS = 10;
const KEPT_PCT = 99;
const FIRST_PER_S = 2;
/** The bracket is closed to this part of itself. */
const PRECISION = 0.01;

/**
 * The largest rate at which static maximum keeps both SLOs for 99 % of the requests of ten seeds together: doubled until it fails,
 * then halved. A load whose bursts alone break the promise has none: then 0.
 */
export async function capacityPerS(
  context: Context,
  world: WorldSpec,
  scheduleAt: (ratePerS: number, seed: number) => ScheduleSpec,
): Promise<number> {
  const seeds = Array.from({ length: context.quick ? 1 : SEEDS }, (_, i) => i + 1);
  const keeps = async (ratePerS: number): Promise<boolean> => {
    const runs = await onSeeds(
      context,
      world,
      seeds.map((seed) => scheduleAt(ratePerS, seed)),
      MAX,
    );
    return mean(runs.map(({ jointPct }) => jointPct)) >= KEPT_PCT;
  };
  let [works, fails] = [0, FIRST_PER_S];
  while (await keeps(fails)) [works, fails] = [fails, fails * 2];
  if (works === 0) works = FIRST_PER_S / 64;
  while (fails / works - 1 > PRECISION) {
    const middle = Math.sqrt(works * fails);
    if (await keeps(middle)) works = middle;
    else fails = middle;
  }
  return works;
}
