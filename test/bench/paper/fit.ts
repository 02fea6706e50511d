import type { Figure } from '../figures.ts';
import { mean } from './compare.ts';
import { fixedAt, MAX, reference, type Contender } from './contenders.ts';
import { onSeeds, paperSchedule, paperWorld, type Context } from './context.ts';
import type { FigurePoint, Series } from './series.ts';

/** What the two fitted numbers may be; the ones in unknowns.ts are the best of these. */
const FLOORS = [0.7, 0.71, 0.72, 0.73, 0.74];
const MARGINS = [-0.2, -0.25, -0.27, -0.28, -0.3];

const rms = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value * value)));

async function offAt(context: Context, series: Series, drawn: FigurePoint, floor: number, margin: number): Promise<number[]> {
  const world = paperWorld(series.model, floor);
  const schedules = context.seeds.map((seed) => paperSchedule(series, drawn.ratePerS, seed));
  const energyJ = async (contender: Contender): Promise<number> =>
    mean((await onSeeds(context, world, schedules, contender)).map((run) => run.energyJ));
  const [maxJ, fixedJ, referenceJ] = await Promise.all([energyJ(MAX), energyJ(fixedAt(1005)), energyJ(reference(margin))]);
  const { '1410': drawnMaxJ, '1005': drawnFixedJ, voltana: drawnReferenceJ } = drawn.energyJ;
  return [100 * (fixedJ / maxJ - drawnFixedJ / drawnMaxJ), 100 * (referenceJ / maxJ - drawnReferenceJ / drawnMaxJ)];
}

/** How far both curves of the first series (Llama-3.1-8B on LMSYS) are off, for each pair of voltage floor and margin. */
export async function fitFigures(context: Context, [series]: readonly Series[]): Promise<Figure[]> {
  if (!series) return [];
  const points = context.quick ? series.points.slice(0, 1) : series.points;
  const pairs = FLOORS.flatMap((floor) => MARGINS.map((margin) => [floor, margin] as const)).slice(0, context.quick ? 1 : Infinity);
  return Promise.all(
    pairs.map(async ([floor, margin]) => {
      const off = (await Promise.all(points.map((drawn) => offAt(context, series, drawn, floor, margin)))).flat();
      return context.figure(`voltage floor ${floor}, margin ${margin}: energies off, rms`, rms(off), 'points', 'none', off.length);
    }),
  );
}
