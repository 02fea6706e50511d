import type { Figure } from '../figures.ts';
import { mean, most } from './compare.ts';
import { fixedAt, MAX, reference, type Contender } from './contenders.ts';
import { onSeeds, paperSchedule, paperWorld, type Context } from './context.ts';
import { CURVES, type Curve, type FigurePoint, type Series } from './series.ts';
import { modelUnknowns } from './unknowns.ts';

/** One rate, simulated: means over the seeds, each run until its own end, as a benchmark measures. */
interface Point {
  readonly energyJ: number;
  /** Percent of the gaps within the SLO: a benchmark of streams counts gaps. */
  readonly itlAttainedPct: number;
  readonly ttftAttainedPct: number;
}

type Simulated = Readonly<Record<Curve, Point>>;

const contenderOf = (model: string): Record<Curve, Contender> => ({
  '1410': MAX,
  '1005': fixedAt(1005),
  voltana: reference(modelUnknowns(model).margin),
});

async function simulatedPoint(context: Context, series: Series, contender: Contender, ratePerS: number): Promise<Point> {
  const schedules = context.seeds.map((seed) => paperSchedule(series, ratePerS, seed));
  const runs = await onSeeds(context, paperWorld(series.model), schedules, contender);
  return {
    energyJ: mean(runs.map(({ energyJ }) => energyJ)),
    itlAttainedPct: mean(runs.map(({ gapsPct }) => gapsPct)),
    ttftAttainedPct: mean(runs.map(({ ttftPct }) => ttftPct)),
  };
}

async function simulate(context: Context, series: Series): Promise<Simulated[]> {
  const contenders = contenderOf(series.model);
  return Promise.all(
    series.points.map(async ({ ratePerS }) => {
      const points = await Promise.all(CURVES.map((curve) => simulatedPoint(context, series, contenders[curve], ratePerS)));
      return Object.fromEntries(CURVES.map((curve, i) => [curve, points[i]!])) as Simulated;
    }),
  );
}

/** Points between the simulated and the drawn energy, both in percent of static 1410. */
const energyOff = (drawn: FigurePoint, simulated: Simulated, curve: Curve): number =>
  100 * (simulated[curve].energyJ / simulated['1410'].energyJ - drawn.energyJ[curve] / drawn.energyJ['1410']);

/** The first rate at which fewer than so many percent are within the SLO, as a place in the series. */
function knee(attainedPct: readonly number[], below: number): number {
  const place = attainedPct.findIndex((pct) => pct < below);
  return place < 0 ? attainedPct.length : place;
}

interface Knees {
  readonly itl: number[];
  readonly ttft: number[];
}

/** Rate steps between the simulated and the drawn knees, at 90 and at 50 percent. */
function kneesOff({ points }: Series, simulated: readonly Simulated[], curve: Curve): Knees {
  const off = (drawn: readonly number[], ours: readonly number[]): number[] => [90, 50].map((pct) => knee(ours, pct) - knee(drawn, pct));
  return {
    itl: off(
      points.map(({ itlAttainedPct }) => itlAttainedPct[curve]),
      simulated.map((each) => each[curve].itlAttainedPct),
    ),
    ttft: off(
      points.map(({ ttftAttainedPct }) => ttftAttainedPct[curve]),
      simulated.map((each) => each[curve].ttftAttainedPct),
    ),
  };
}

interface Reproduced {
  readonly series: Series;
  readonly off: Readonly<Record<'1005' | 'voltana', readonly number[]>>;
  readonly knees: Readonly<Record<Curve, Knees>>;
  readonly against1410: readonly number[];
}

async function reproduce(context: Context, series: Series): Promise<Reproduced> {
  const simulated = await simulate(context, series);
  const off = (curve: Curve): number[] => series.points.map((drawn, i) => energyOff(drawn, simulated[i]!, curve));
  return {
    series,
    off: { '1005': off('1005'), voltana: off('voltana') },
    knees: Object.fromEntries(CURVES.map((curve) => [curve, kneesOff(series, simulated, curve)])) as Record<Curve, Knees>,
    against1410: series.points.map(({ energyJ }, i) => 100 * (simulated[i]!['1410'].energyJ / energyJ['1410'] - 1)),
  };
}

const NAMES = { '1005': 'static 1005', voltana: 'ecofreq + tile-aware' } as const;
const POINTS_OFF = 4;
const within = (off: readonly number[]): number => (100 * off.filter((points) => Math.abs(points) <= POINTS_OFF).length) / off.length;
const farthest = (off: readonly number[]): number => most(off.map(Math.abs));

function seriesFigures({ figure }: Context, { series, off, knees, against1410 }: Reproduced): Figure[] {
  const name = `${series.model} ${series.dataset}`;
  const n = series.points.length;
  return [
    ...(['1005', 'voltana'] as const).flatMap((curve) => [
      figure(`${name}, ${NAMES[curve]}: energy off, mean`, mean(off[curve]), 'points', 'none', n),
      figure(`${name}, ${NAMES[curve]}: energy off, farthest`, farthest(off[curve]), 'points', 'none', n),
      figure(`${name}, ${NAMES[curve]}: energies within ${POINTS_OFF} points`, within(off[curve]), '%', 'none', n),
    ]),
    figure(`${name}: joules of static 1410, mean off`, mean(against1410), '%', 'none', n),
    figure(`${name}: ITL knees, farthest off`, farthest(CURVES.flatMap((curve) => knees[curve].itl)), 'steps', '<= 1', 6),
    figure(`${name}: TTFT knees, farthest off`, farthest(CURVES.flatMap((curve) => knees[curve].ttft)), 'steps', 'none', 6),
  ];
}

/** The paper's figure beside the simulation of its set-up. */
export async function reproductionFigures(context: Context, figure: readonly Series[]): Promise<Figure[]> {
  const all = await Promise.all(figure.map((series) => reproduce(context, series)));
  const offs = all.flatMap(({ off }) => [...off['1005'], ...off.voltana]);
  return [
    context.figure(`reproduction: energies within ${POINTS_OFF} points of the figure`, within(offs), '%', '>= 80', offs.length),
    ...all.flatMap((each) => seriesFigures(context, each)),
  ];
}
