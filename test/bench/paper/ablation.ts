import type { Figure } from '../figures.ts';
import { mean, onCommonSpan, savedPct } from './compare.ts';
import { MAX, OURS, type Contender } from './contenders.ts';
import { onSeeds, paperSchedule, paperWorld, type Context } from './context.ts';
import type { Series } from './series.ts';
import { LOWEST_MHZ, worldOf } from './world.ts';

type Lever = readonly [name: string, without: Contender];

/** Ours with one thing taken away, or its half alone. */
function levers(clocksMhz: readonly number[]): Lever[] {
  const eco = (name: string, off: Contender['eco']): Lever => [name, { ...OURS, eco: off! }];
  const slo = (name: string, off: Contender['slo']): Lever => [name, { ...OURS, slo: off! }];
  return [
    ['clocks (max + eco)', { governor: 'max', routing: 'eco' }],
    ['routing (slo + least-requests)', { governor: 'slo', routing: 'least-requests' }],
    ['routing but a gateway queue (slo + least-requests-late)', { governor: 'slo', routing: 'least-requests-late' }],
    eco('packing of decode', { packDecode: false }),
    eco('packing of prefill', { packPrefill: false }),
    eco('late binding', { lateBinding: false }),
    eco('waiting for company', { companyWait: 0 }),
    slo('slack that requests earned', { mostSlack: 0 }),
    slo('hysteresis', { minSaving: 0, slowDownMargin: 0 }),
    slo('worth of latency', { gapWorth: 0, ttftWorth: 0 }),
    ['clocks below 1005 MHz', { ...OURS, clocksMhz: clocksMhz.filter((mhz) => mhz >= 1005) }],
    ['the limit of transitions', { ...OURS, maxTransitionsPerS: 20, dwellMs: 0 }],
  ];
}

async function seriesFigures(context: Context, series: Series): Promise<Figure[]> {
  const world = paperWorld(series.model);
  const rates = [0, Math.floor(series.points.length / 2)].map((place) => series.points[place]!.ratePerS);
  const schedulesAt = (ratePerS: number) => context.seeds.map((seed) => paperSchedule(series, ratePerS, seed));
  const runsOf = (contender: Contender) => Promise.all(rates.map((rate) => onSeeds(context, world, schedulesAt(rate), contender)));
  const [max, ours] = await Promise.all([runsOf(MAX), runsOf(OURS)]);
  const all = levers(worldOf(world).clocksMhz.filter((mhz) => mhz >= LOWEST_MHZ)).slice(0, context.quick ? 2 : Infinity);
  return Promise.all(
    all.map(async ([name, without]) => {
      const runs = await runsOf(without);
      const lost = rates.map((_, i) => {
        const by = onCommonSpan({ max: max[i]!, ours: ours[i]!, without: runs[i]! });
        return savedPct(by.max, by.ours) - savedPct(by.max, by.without);
      });
      return context.figure(`${series.model} ${series.dataset}, without ${name}: saving lost`, mean(lost), 'points', 'none', rates.length);
    }),
  );
}

/** What each lever of ours brings: the points of saving that are lost without it. Negative: it costs. */
export const ablationFigures = async (context: Context, figure: readonly Series[]): Promise<Figure[]> =>
  (await Promise.all(figure.map((series) => seriesFigures(context, series)))).flat();
