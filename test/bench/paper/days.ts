import type { Role } from '../../../src/domain/instance.ts';
import type { RoutingId } from '../../../src/routing/registry.ts';
import type { Figure } from '../figures.ts';
import { capacityPerS } from './capacity.ts';
import { most, onCommonSpan, savedPct } from './compare.ts';
import { MAX, OURS } from './contenders.ts';
import { onSeeds, type Context } from './context.ts';
import { fixedBest } from './fixed-best.ts';
import type { DayShape, ScheduleSpec } from './schedules.ts';
import { A100_8B } from './traces.ts';

const SHAPES: readonly DayShape[] = ['diurnal', 'bursty'];
const WORKLOAD = 'azure-conv-2023';
/** A day goes by in ten minutes: governors see rates that change within minutes, not hours. */
const DAY_S = 600;
/** Mean load as a part of capacity: the bursts, two and a half times as high, then just fit. */
const MEAN_LOAD = 0.35;
const ROUTINGS: readonly RoutingId[] = ['least-requests', 'eco'];
const FEWER: readonly Readonly<Record<Role, number>>[] = [
  { prefill: 1, decode: 1 },
  { prefill: 1, decode: 2 },
  { prefill: 2, decode: 1 },
];

const scheduleOf = (shape: DayShape, meanPerS: number, durationS: number, seed: number): ScheduleSpec => ({
  kind: 'day',
  shape,
  workload: WORKLOAD,
  meanPerS,
  durationS,
  seed,
});

async function dayFigures(context: Context, shape: DayShape, meanPerS: number): Promise<Figure[]> {
  const { figure, seeds, quick } = context;
  const schedules = seeds.map((seed) => scheduleOf(shape, meanPerS, quick ? 30 : DAY_S, seed));
  const [max, ours] = await Promise.all([MAX, OURS].map((contender) => onSeeds(context, A100_8B, schedules, contender)));
  const saved = (runs: Awaited<ReturnType<typeof onSeeds>>): number => {
    const pooled = onCommonSpan({ max: max!, runs });
    return savedPct(pooled.max, pooled.runs);
  };
  const pairs = await Promise.all(
    (quick ? ROUTINGS.slice(0, 1) : ROUTINGS).map((routing) => fixedBest(context, A100_8B, schedules, routing)),
  );
  const rightSized = await Promise.all(FEWER.map((awake) => onSeeds(context, A100_8B, schedules, { ...MAX, awake })));
  const joint = (runs: Awaited<ReturnType<typeof onSeeds>>): number => onCommonSpan({ runs }).runs.jointPct;
  const fits = rightSized.filter((runs) => joint(runs) >= joint(max!) - 0.5);
  const bestPair = most(pairs.map((runs) => saved([...runs])));
  return [
    figure(`${shape} day: ours saved`, saved(ours!), '%', 'none', seeds.length),
    figure(`${shape} day: joint ours - max`, joint(ours!) - joint(max!), 'points', '>= -0.5', seeds.length),
    ...pairs.map((runs, i) => figure(`${shape} day: fixed-best + ${ROUTINGS[i]} saved`, saved([...runs]), '%', 'none', seeds.length)),
    figure(`${shape} day: more saved than the better fixed-best`, saved(ours!) - bestPair, 'points', '>= 3', seeds.length),
    figure(`${shape} day: max right-sized, others parked, saved`, most([0, ...fits.map(saved)]), '%', 'none', seeds.length),
  ];
}

/** Loads that change: a swing and bursts. */
export async function daysFigures(context: Context): Promise<Figure[]> {
  const capacity = await capacityPerS(context, A100_8B, (ratePerS, seed) => scheduleOf('flat', ratePerS, 120, seed));
  const figures = await Promise.all(SHAPES.map((shape) => dayFigures(context, shape, MEAN_LOAD * capacity)));
  return [context.figure(`days: capacity of static maximum, ${WORKLOAD} as Poisson`, capacity, '1/s', 'none', 10), ...figures.flat()];
}
