import type { TuneRequest } from '../../../src/compose/tuning.ts';
import { inquiryOf } from '../../../src/runs/tuning/tune.ts';
import { day } from '../../../src/tuning/questions/day.ts';
import { largestRate } from '../../../src/tuning/questions/largest-rate.ts';
import { QUESTION_EFFORTS } from '../../../src/tuning/questions/effort.ts';
import { baselineOf } from '../../../src/tuning/search/index.ts';
import type { Figure } from '../figures.ts';
import { search, session, type Context, type Session } from './ground.ts';
import { A100_8B, keptFresh, savedPct } from './search.ts';

/** At the paper's own rates its highest clock keeps the TTFT for 98.9 and 99.0 %, so that nothing keeps 99 % of both promises surely: a part of the capacity in their place. */
const PAPER: TuneRequest = { ...A100_8B, prefill: 2, decode: 2, gpus: '2..4', effort: 'quick' };
/** Extrapolated: no table of LLM iterations by clock is public for this GPU. */
const BISCALE: TuneRequest = {
  ...{ gpu: 'h100-sxm5-80gb', model: 'llama-3.3-70b', tp: '4', prefill: 2, decode: 2, gpus: '8..16', effort: 'quick', seed: 1 },
  ...{ workload: 'azure-conv-2023', sloTtftMs: 600, sloItlMs: 100 },
};
/** What they are judged at, of the given layout's capacity. */
const LOAD = 0.67;

interface Case {
  readonly name: string;
  readonly request: TuneRequest;
  /** A guess, requests/s, from which that part of the given layout's capacity is found. */
  readonly guess: number;
}

const CASES: readonly Case[] = [
  { name: "the paper's 4 A100, sharegpt", request: { ...PAPER, workload: 'sharegpt' }, guess: 30 },
  { name: "the paper's 4 A100, lmsys-chat", request: { ...PAPER, workload: 'lmsys-chat' }, guess: 50 },
  { name: "BiScale's 16 H100, 70B (extrapolated)", request: BISCALE, guess: 5 },
];

/** The largest rate that the given layout keeps at its highest clock, requests/s. */
async function capacityOf({ plan, drive }: Session): Promise<number> {
  const baseline = baselineOf(plan.baseline);
  const { figures } = await drive(
    largestRate({ ...plan, recommended: baseline, baseline, ratePerS: plan.ground.load.ratePerS, effort: QUESTION_EFFORTS.quick }),
  );
  if (figures['ratePerS'] == null) throw new Error('the given layout keeps its promises at no rate');
  return figures['ratePerS'];
}

async function caseFigures(context: Context, { name, request, guess }: Case): Promise<Figure[]> {
  const rate = Number((LOAD * (await session(context, { ...request, rate: guess }, capacityOf))).toPrecision(3));
  return session(context, { ...request, rate }, async (own) => {
    const { figure } = context;
    const searched = await search(own);
    const fresh = await keptFresh(own, searched);
    const label = `${name}, ${rate}/s`;
    return [
      figure(`${label}: saved against 2P2D at the highest clock`, savedPct(own, searched), '%', '>= 20', 1),
      figure(`${label}: both promises kept on fresh loads`, fresh.joint, '%', `>= ${100 * own.plan.constraints.sloTarget}`, fresh.requests),
    ];
  });
}

/** Layouts of others, at their highest clocks, against what the search recommends instead. */
export async function layoutFigures(context: Context): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const one of context.quick ? CASES.slice(0, 1) : CASES) figures.push(...(await caseFigures(context, one)));
  return figures;
}

/** The day of the questions: the recommendation for its busiest hour, and what resting adds. */
export const dayFigures = (context: Context): Promise<Figure[]> =>
  session(context, { ...A100_8B, rate: 20, prefill: 4, decode: 4, gpus: '2..8', effort: 'quick' }, async (own) => {
    const { figure } = context;
    const inquiry = inquiryOf(own.plan, (await search(own)).outcome);
    const { figures } = await own.drive(day(inquiry, inquiry.day));
    const told = (name: string, key: string, unit: string, limit = 'none'): Figure =>
      figure(`diurnal day: ${name}`, figures[key] ?? NaN, unit, limit, Number(figures['requests']));
    return [
      told('saved, all awake', 'awakeSavedPct', '%'),
      told('saved, parked', 'parkedSavedPct', '%'),
      told("saved, released GPUs are others'", 'releasedSavedPct', '%'),
      told('saved, released GPUs counted in', 'releasedSavedWithTheirDrawPct', '%'),
      told('GPU time released', 'releasedGpuTimePct', '%'),
      told('kept by the given layout', 'baselineJoint', ''),
      told('kept, parked', 'parkedJoint', ''),
      told('kept, released', 'releasedJoint', ''),
      told('best saving that keeps the target', 'bestSavedPct', '%', '>= 35'),
    ];
  });
