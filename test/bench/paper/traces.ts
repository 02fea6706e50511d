import type { Figure } from '../figures.ts';
import { capacityPerS } from './capacity.ts';
import { most } from './compare.ts';
import type { Context } from './context.ts';
import { compare, extraSaved, loadFigures, promiseFigures, type Compared } from './headline.ts';
import { hasTrace, type ScheduleSpec, type TraceId } from './schedules.ts';
import { ENGINE, VOLTAGE_FLOOR } from './unknowns.ts';
import type { WorldSpec } from './world.ts';

export const A100_8B: WorldSpec = {
  gpu: 'a100-sxm4-80gb',
  model: 'llama-3.1-8b',
  tp: 1,
  prefill: 2,
  decode: 2,
  slo: { ttftMs: 800, itlMs: 50 },
  ttftUnloadedFactor: 4,
  voltageFloor: VOLTAGE_FLOOR,
  engine: ENGINE,
};
/** Extrapolated: no table of LLM iterations by clock is public for this GPU. */
const H100_70B: WorldSpec = {
  gpu: 'h100-sxm5-80gb',
  model: 'llama-3.3-70b',
  tp: 4,
  prefill: 2,
  decode: 2,
  slo: { ttftMs: 800, itlMs: 50 },
  ttftUnloadedFactor: 4,
  engine: ENGINE,
};

interface TraceCase {
  readonly trace: TraceId;
  readonly arrivals: 'own' | 'poisson';
  readonly world: WorldSpec;
  /** Percent of capacity, and the points that ours must save there beyond the reference. */
  readonly loads: readonly (readonly [pct: number, points: number | null])[];
  readonly durationS: number;
}

/**
 * Of azure-code the own arrivals come in bursts of minutes: static maximum keeps 99 % of them up to 0.2/s only, where hardly anything runs;
 * mooncake's times are rounded, so that many share one. Both keep their requests and their order, and arrive at random.
 */
const CASES: readonly TraceCase[] = [
  {
    trace: 'azure-conv',
    arrivals: 'own',
    world: A100_8B,
    loads: [
      [20, 18],
      [50, 10],
      [80, 8],
    ],
    durationS: 180,
  },
  {
    trace: 'azure-code',
    arrivals: 'poisson',
    world: A100_8B,
    loads: [
      [20, 5],
      [50, 7],
      [80, 4],
    ],
    durationS: 180,
  },
  {
    trace: 'mooncake',
    arrivals: 'poisson',
    world: H100_70B,
    loads: [
      [20, null],
      [50, null],
      [80, null],
    ],
    durationS: 300,
  },
];

/** However rare they are. */
const LEAST_REQUESTS = 600;

const labelOf = ({ trace }: TraceCase, pct: number): string => `${trace} at ${pct} % of capacity`;

async function caseFigures(context: Context, each: TraceCase): Promise<Figure[]> {
  const { figure, seeds, quick } = context;
  const scheduleAt = (ratePerS: number, seed: number): ScheduleSpec => ({
    kind: 'trace',
    trace: each.trace,
    arrivals: each.arrivals,
    ratePerS,
    durationS: quick ? 20 : most([each.durationS, LEAST_REQUESTS / ratePerS]),
    seed,
  });
  const capacity = await capacityPerS(context, each.world, scheduleAt);
  const loads = quick ? each.loads.slice(0, 1) : each.loads;
  const compared: Compared[] = await Promise.all(
    loads.map(([pct]) =>
      compare(
        context,
        each.world,
        seeds.map((seed) => scheduleAt((capacity * pct) / 100, seed)),
        0,
        labelOf(each, pct),
      ),
    ),
  );
  return [
    figure(`${each.trace}: capacity of static maximum`, capacity, '1/s', 'none', 10),
    ...compared.map((one, i) =>
      figure(
        `${one.label}: more saved than the reference`,
        extraSaved(one),
        'points',
        loads[i]![1] === null ? 'none' : `>= ${loads[i]![1]}`,
        seeds.length,
      ),
    ),
    // The reference has margin 0 here as it is: no paper drew its curve.
    ...promiseFigures(context, each.trace, compared).filter(({ name }) => !/more saved than the reference|with margin 0/.test(name)),
    ...loadFigures(context, compared).filter(({ name }) => !name.includes('with margin 0')),
  ];
}

/** Public traces, their gaps scaled to parts of what static maximum can serve. */
export async function traceFigures(context: Context): Promise<Figure[]> {
  const there = CASES.filter(({ trace }) => hasTrace(trace));
  const figures: Figure[] = [];
  for (const each of context.quick ? there.slice(0, 1) : there) figures.push(...(await caseFigures(context, each)));
  return figures;
}
