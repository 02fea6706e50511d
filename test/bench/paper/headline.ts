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
  /** The paper's policies with the margin that its figure shows. */
  readonly reference: Pooled;
  /** The same as they are shipped here: margin 0, which saves more and keeps less room. */
  readonly unmargined: Pooled;
  /** The reference with a gateway queue and prefill by fewest requests. */
  readonly plumbed: Pooled;
  /** Joules of the offline lower bound over the same span; null where the SLOs cannot be kept. */
  readonly boundJ: number | null;
}

type Contenders = Readonly<Record<'max' | 'ours' | 'reference' | 'unmargined' | 'plumbed', Contender>>;

export const contenders = (margin: number): Contenders => ({
  max: MAX,
  ours: OURS,
  reference: reference(margin),
  unmargined: reference(0),
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

type Opponent = 'reference' | 'unmargined';
const OPPONENTS: Readonly<Record<Opponent, string>> = { reference: 'the reference', unmargined: 'the reference with margin 0' };

/** What ours saves of static maximum's energy beyond what an opponent saves of it, in points. */
export const extraSaved = (compared: Compared, opponent: Opponent = 'reference'): number =>
  savedPct(compared.max, compared.ours) - savedPct(compared.max, compared[opponent]);

/** Points of joint attainment above the least that is allowed; negative is a broken promise. */
const jointRoom = (compared: Compared, opponent: Opponent): number =>
  compared.ours.jointPct - compared[opponent].jointPct + jointAllowance(compared[opponent]);

/** Every promise against one opponent. */
function opponentFigures({ figure }: Context, name: string, compared: readonly Compared[], opponent: Opponent): Figure[] {
  const than = OPPONENTS[opponent];
  const served = compared.filter(({ max }) => max.jointPct >= 90).map((each) => extraSaved(each, opponent));
  const beyond = compared.filter(({ max }) => max.jointPct < 90).map((each) => goodTokenCostPct(each[opponent], each.ours));
  const gaps = compared.map((each) => each.ours.gapsPct - each[opponent].gapsPct);
  const rooms = compared.map((each) => jointRoom(each, opponent));
  return [
    ...(served.length > 0
      ? [
          figure(`${name}: more saved than ${than}, mean`, mean(served), 'points', '>= 5', served.length),
          figure(`${name}: more saved than ${than}, least`, least(served), 'points', '>= 2', served.length),
        ]
      : []),
    ...(beyond.length > 0
      ? [figure(`${name}: J per good token beyond capacity against ${than}, worst`, most(beyond), '%', '<= 1', beyond.length)]
      : []),
    figure(`${name}: joint attainment above the allowance against ${than}, least`, least(rooms), 'points', '>= 0', rooms.length),
    figure(`${name}: token attainment against ${than}, worst`, least(gaps), 'points', '>= -1', gaps.length),
  ];
}

/** Every promise of the headline over some loads. */
export function promiseFigures(context: Context, name: string, compared: readonly Compared[]): Figure[] {
  const { figure } = context;
  const n = compared.length;
  const closed = compared.map(gapClosed).filter((pct) => pct !== null);
  const plumbed = compared.map((each) => savedPct(each.max, each.ours) - savedPct(each.max, each.plumbed));
  return [
    ...opponentFigures(context, name, compared, 'reference'),
    ...opponentFigures(context, name, compared, 'unmargined'),
    figure(`${name}: gap p99 over the ITL SLO, worst`, most(compared.map(({ ours, itlMs }) => ours.gapP99Ms / itlMs)), 'times', '<= 3', n),
    ...(closed.length > 0 ? [figure(`${name}: gap to the bound closed, least`, least(closed), '%', '>= 70', closed.length)] : []),
    figure(`${name}: saved against static maximum, best`, most(compared.map(({ max, ours }) => savedPct(max, ours))), '%', 'none', n),
    figure(`${name}: more saved than the plumbed reference, mean`, mean(plumbed), 'points', 'none', n),
  ];
}

/** One row of figures for each load: what to look at when a promise breaks. */
export const loadFigures = ({ figure }: Context, compared: readonly Compared[]): Figure[] =>
  compared.flatMap((each) => [
    figure(`${each.label}: ours saved`, savedPct(each.max, each.ours), '%', 'none', 1),
    figure(`${each.label}: reference saved`, savedPct(each.max, each.reference), '%', 'none', 1),
    figure(`${each.label}: reference with margin 0 saved`, savedPct(each.max, each.unmargined), '%', 'none', 1),
    figure(`${each.label}: joint ours - reference with margin 0`, each.ours.jointPct - each.unmargined.jointPct, 'points', 'none', 1),
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
