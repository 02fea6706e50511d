import { least, onCommonSpan, savedPct } from './compare.ts';
import { fixedAt, MAX } from './contenders.ts';
import { onSeeds, type Context } from './context.ts';
import type { ScheduleSpec } from './schedules.ts';
import type { RunNumbers } from './tally.ts';
import type { Role } from '../../../src/domain/instance.ts';
import type { RoutingId } from '../../../src/routing/registry.ts';
import { worldOf, type WorldSpec } from './world.ts';

type Pair = Readonly<Record<Role, number>>;

interface Tried {
  readonly pair: Pair;
  readonly runs: readonly RunNumbers[];
  readonly saved: number;
  readonly keepsUp: boolean;
}

/** Every so many clocks of the table are tried for each role, the other at its highest; then the best two together, and their neighbours. */
const STRIDE = 5;
const REFINE = 2;
/** Points of joint attainment that a pair may lose against static maximum. */
const LOSS = 0.5;

/** The static pair that saves most with a routing, found on the very requests that it is judged on: what no operator could know. */
export async function fixedBest(
  context: Context,
  world: WorldSpec,
  schedules: readonly ScheduleSpec[],
  routing: RoutingId,
): Promise<readonly RunNumbers[]> {
  const { clocksMhz } = worldOf(world);
  const top = clocksMhz.length - 1;
  const max = await onSeeds(context, world, schedules, { ...MAX, routing });
  const tryPair = async (prefill: number, decode: number): Promise<Tried> => {
    const pair = { prefill: clocksMhz[prefill]!, decode: clocksMhz[decode]! };
    const runs = await onSeeds(context, world, schedules, fixedAt(pair.prefill, pair.decode, routing));
    const pooled = onCommonSpan({ max, runs });
    return { pair, runs, saved: savedPct(pooled.max, pooled.runs), keepsUp: pooled.runs.jointPct >= pooled.max.jointPct - LOSS };
  };
  const places = clocksMhz.map((_, place) => place).filter((place) => (top - place) % STRIDE === 0);
  const best = (all: readonly Tried[]): Tried => all.filter(({ keepsUp }) => keepsUp).sort((a, b) => b.saved - a.saved)[0] ?? all.at(-1)!;
  const byPrefill = best(await Promise.all(places.map((place) => tryPair(place, top))));
  const byDecode = best(await Promise.all(places.map((place) => tryPair(top, place))));
  const [prefill, decode] = [clocksMhz.indexOf(byPrefill.pair.prefill), clocksMhz.indexOf(byDecode.pair.decode)];
  const near = [-REFINE, 0, REFINE, 2 * REFINE];
  const around = near.flatMap((dp) =>
    near.map((dd): [number, number] => [Math.max(0, least([top, prefill + dp])), Math.max(0, least([top, decode + dd]))]),
  );
  const found = await Promise.all(around.map(([p, d]) => tryPair(p, d)));
  return best([...found, byPrefill, byDecode]).runs;
}
