import type { Figure } from '../figures.ts';
import { goodTokenCostPct, jointAllowance, least, mean, most, onCommonSpan, savedPct, type Pooled } from './compare.ts';
import { MAX, OURS, plumbedReference, reference, type Contender } from './contenders.ts';
import { onSeeds, paperSchedule, paperWorld, type Context } from './context.ts';
import { gapClosed, boundOf } from './bounds.ts';
import type { ScheduleSpec } from './schedules.ts';
import type { Series } from './series.ts';
import type { RunNumbers } from './tally.ts';
import { modelUnknowns } from './unknowns.ts';
import type { WorldSpec } from './world.ts';

/** One load under every contender. */
export interface Compared {
  readonly label: string;
  readonly itlMs: number;
  readonly max: Pooled;
  readonly ours: Pooled;
  readonly reference: Pooled;
  /** The reference with a gateway queue and prefill by fewest requests. */
  readonly plumbed: Pooled;
  /** Joules of the offline lower bound over the same span; null where the SLOs cannot be kept. */
  readonly boundJ: number | null;
}

type Contenders = Readonly<Record<'max' | 'ours' | 'reference' | 'plumbed', Contender>>;

export const contenders = (margin: number): Contenders => ({
  max: MAX,
  ours: OURS,
  reference: reference(margin),
  plumbed: plumbedReference(margin),
});

export async function compare(
  context: Context,
  world: WorldSpec,
  schedules: readonly ScheduleSpec[],
  margin: number,
  label: string,
): Promise<Compared> {
  const named = Object.entries(contenders(margin));
  const runs = await Promise.all(named.map(([, contender]) => onSeeds(context, world, schedules, contender)));
  const byName = Object.fromEntries(named.map(([name], i) => [name, runs[i]!])) as Record<keyof Contenders, RunNumbers[]>;
  const ends = schedules.map((_, seed) => most(runs.map((each) => each[seed]!.spanMs)));
  return { label, itlMs: world.slo.itlMs, ...onCommonSpan(byName), boundJ: boundOf(world, schedules, ends) };
}

/** What ours saves of static maximum's energy beyond what the reference saves of it, in points. */
export const extraSaved = ({ max, ours, reference }: Compared): number => savedPct(max, ours) - savedPct(max, reference);

/** Points of joint attainment above the least that is allowed; negative is a broken promise. */
const jointRoom = ({ ours, reference }: Compared): number => ours.jointPct - reference.jointPct + jointAllowance(reference);

/** Every promise of the headline over some loads. */
export function promiseFigures({ figure }: Context, name: string, compared: readonly Compared[]): Figure[] {
  const n = compared.length;
  const served = compared.filter(({ max }) => max.jointPct >= 90);
  const beyond = compared.filter(({ max }) => max.jointPct < 90);
  const extra = served.map(extraSaved);
  const closed = compared.map(gapClosed).filter((pct) => pct !== null);
  return [
    ...(served.length > 0
      ? [
          figure(`${name}: more saved than the reference, mean`, mean(extra), 'points', '>= 5', extra.length),
          figure(`${name}: more saved than the reference, least`, least(extra), 'points', '>= 2', extra.length),
        ]
      : []),
    ...(beyond.length > 0
      ? [
          figure(
            `${name}: J per good token beyond capacity, worst`,
            most(beyond.map((each) => goodTokenCostPct(each.reference, each.ours))),
            '%',
            '<= 1',
            n,
          ),
        ]
      : []),
    figure(`${name}: joint attainment above the allowance, least`, least(compared.map(jointRoom)), 'points', '>= 0', n),
    figure(`${name}: gap p99 over the ITL SLO, worst`, most(compared.map(({ ours, itlMs }) => ours.gapP99Ms / itlMs)), 'times', '<= 3', n),
    figure(
      `${name}: token attainment against the reference, worst`,
      least(compared.map((each) => each.ours.gapsPct - each.reference.gapsPct)),
      'points',
      '>= -1',
      n,
    ),
    ...(closed.length > 0 ? [figure(`${name}: gap to the bound closed, least`, least(closed), '%', '>= 70', closed.length)] : []),
    figure(`${name}: saved against static maximum, best`, most(compared.map(({ max, ours }) => savedPct(max, ours))), '%', 'none', n),
    figure(
      `${name}: more saved than the plumbed reference, mean`,
      mean(compared.map((each) => savedPct(each.max, each.ours) - savedPct(each.max, each.plumbed))),
      'points',
      'none',
      n,
    ),
  ];
}

/** One row of figures for each load: what to look at when a promise breaks. */
export const loadFigures = ({ figure }: Context, compared: readonly Compared[]): Figure[] =>
  compared.flatMap((each) => [
    figure(`${each.label}: ours saved`, savedPct(each.max, each.ours), '%', 'none', 1),
    figure(`${each.label}: reference saved`, savedPct(each.max, each.reference), '%', 'none', 1),
    figure(`${each.label}: joint max`, each.max.jointPct, '%', 'none', 1),
    figure(`${each.label}: joint ours - reference`, each.ours.jointPct - each.reference.jointPct, 'points', 'none', 1),
    ...(each.boundJ === null ? [] : [figure(`${each.label}: ours over the bound`, each.ours.energyJ / each.boundJ, 'times', 'none', 1)]),
  ]);

const seriesLoads = (context: Context, series: Series): Promise<Compared[]> =>
  Promise.all(
    series.points.map(({ ratePerS }) => {
      const schedules = context.seeds.map((seed) => paperSchedule(series, ratePerS, seed));
      const label = `${series.model} ${series.dataset} ${ratePerS}/s`;
      return compare(context, paperWorld(series.model), schedules, modelUnknowns(series.model).margin, label);
    }),
  );

/** Ours against the paper's policies at the paper's rates. */
export async function headlineFigures(context: Context, figure: readonly Series[]): Promise<Figure[]> {
  const compared = await Promise.all(figure.map((series) => seriesLoads(context, series)));
  return [
    ...promiseFigures(context, 'paper rates', compared.flat()),
    ...compared.flatMap((each, i) => promiseFigures(context, `${figure[i]!.model} ${figure[i]!.dataset}`, each)),
    ...loadFigures(context, compared.flat()),
  ];
}
