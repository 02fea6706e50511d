import type { Figure } from '../figures.ts';
import { onCommonSpan, p10, savedPct, type Pooled } from './compare.ts';
import { MAX, OURS, reference, type Contender } from './contenders.ts';
import { paperSchedule, paperWorld, type Context } from './context.ts';
import { hasTrace, type ScheduleSpec } from './schedules.ts';
import type { Series } from './series.ts';
import { A100_8B } from './traces.ts';
import { modelUnknowns } from './unknowns.ts';
import type { WorldSpec } from './world.ts';

interface InWorld {
  readonly saved: number;
  readonly extra: number;
  readonly joint: number;
  readonly gapP99: number;
}

interface Load {
  readonly label: string;
  readonly world: WorldSpec;
  readonly schedule: (seed: number) => ScheduleSpec;
  readonly margin: number;
}

/** One world, or the tame one, under all three. */
async function inWorld({ pool }: Context, { world, schedule, margin }: Load, hostileSeed: number | null): Promise<InWorld> {
  const contenders: Readonly<Record<'max' | 'ours' | 'reference', Contender>> = {
    max: MAX,
    ours: { ...OURS, learns: true },
    reference: reference(margin),
  };
  const names = Object.keys(contenders) as (keyof typeof contenders)[];
  const jobs = names.map((name) => ({
    world,
    schedule: schedule(hostileSeed ?? 1),
    contender: contenders[name],
    ...(hostileSeed !== null && { hostileSeed }),
  }));
  const runs = await pool.runAll(jobs);
  const by: Record<keyof typeof contenders, Pooled> = onCommonSpan({ max: [runs[0]!], ours: [runs[1]!], reference: [runs[2]!] });
  const saved = savedPct(by.max, by.ours);
  return {
    saved,
    extra: saved - savedPct(by.max, by.reference),
    joint: by.ours.jointPct - by.reference.jointPct,
    gapP99: by.ours.gapP99Ms / world.slo.itlMs,
  };
}

async function loadFigures(context: Context, load: Load): Promise<Figure[]> {
  const { figure, worlds } = context;
  const nominal = await inWorld(context, load, null);
  const hostile = await Promise.all(worlds.map((seed) => inWorld(context, load, seed)));
  const n = worlds.length;
  const of = (what: keyof InWorld): number[] => hostile.map((each) => each[what]);
  return [
    figure(`${load.label}, nominal: ours saved`, nominal.saved, '%', 'none', 1),
    figure(`${load.label}, hostile worlds, p10: ours saved`, p10(of('saved')), '%', 'none', n),
    figure(`${load.label}, nominal: more saved than the reference`, nominal.extra, 'points', 'none', 1),
    figure(`${load.label}, hostile worlds, p10: more saved than the reference`, p10(of('extra')), 'points', 'none', n),
    figure(`${load.label}, hostile worlds, p10: joint ours - reference`, p10(of('joint')), 'points', '>= -0.5', n),
    figure(`${load.label}, hostile worlds, p90: gap p99 over the ITL SLO`, -p10(of('gapP99').map((times) => -times)), 'times', '<= 3', n),
  ];
}

/** The middle rate of a series: clocks and routing both matter there, and the SLOs are near. */
function loadOf(series: Series): Load {
  const { model, dataset, points } = series;
  const { ratePerS } = points[Math.floor(points.length / 2)]!;
  return {
    label: `${model} ${dataset} ${ratePerS}/s`,
    world: paperWorld(model),
    schedule: (seed) => paperSchedule(series, ratePerS, seed),
    margin: modelUnknowns(model).margin,
  };
}

/** About half of what static maximum can serve. */
const CONVERSATION: Load = {
  label: 'azure-conv 6/s',
  world: A100_8B,
  schedule: (seed) => ({ kind: 'trace', trace: 'azure-conv', arrivals: 'own', ratePerS: 6, durationS: 180, seed }),
  margin: 0,
};

/** What is left of a headline in worlds that no policy was told of. */
export async function hostileFigures(context: Context, figure: readonly Series[]): Promise<Figure[]> {
  const all = [...figure.map(loadOf), ...(hasTrace('azure-conv') ? [CONVERSATION] : [])];
  const loads = context.quick ? all.slice(0, 1) : all;
  return (await Promise.all(loads.map((load) => loadFigures(context, load)))).flat();
}
