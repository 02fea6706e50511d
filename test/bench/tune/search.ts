import type { TuneRequest } from '../../../src/compose/tuning.ts';
import { objectiveOfAll } from '../../../src/tuning/search/objective.ts';
import { everyChoice, layoutsOf } from '../../../src/tuning/search/space.ts';
import { standingOf } from '../../../src/tuning/search/standing.ts';
import { fidelitiesFor, taskOf, askGroups } from '../../../src/tuning/questions/inquiry.ts';
import { inquiryOf } from '../../../src/runs/tuning/tune.ts';
import type { Figure } from '../figures.ts';
import { search, session, type Context, type Searched, type Session } from './ground.ts';

export const A100_8B: TuneRequest = {
  gpu: 'a100-sxm4-80gb',
  model: 'llama-3.1-8b',
  workload: 'azure-conv-2023',
  rate: 30,
  sloTtftMs: 800,
  sloItlMs: 50,
  seed: 1,
};

/** What the pick keeps on loads that no part of the search has seen, percent; and how many requests that rests on. */
export async function keptFresh({ plan, drive }: Session, { outcome }: Searched): Promise<{ joint: number; requests: number }> {
  const inquiry = inquiryOf(plan, outcome);
  const tasks = fidelitiesFor(inquiry, 'fresh').map((fidelity) => taskOf(outcome.best.choice, fidelity));
  const [runs] = await drive(askGroups('fresh loads', [tasks], 0));
  return { joint: 100 * standingOf(runs!, plan).joint, requests: tasks.length * inquiry.effort.requests };
}

/** Of the objective, against the given layout at the highest clock, on the loads that both were judged on. */
export function savedPct({ plan }: Session, { outcome }: Searched): number {
  const cost = (runs: Searched['outcome']['baseline']['evaluations']): number => objectiveOfAll(runs, plan.objective, plan.prices) ?? NaN;
  return 100 * (1 - cost(outcome.best.evaluations) / cost(outcome.baseline.evaluations));
}

/** 2 to 16 GPUs: how many configurations in how long, and whether the pick holds. */
export const searchFigures = (context: Context): Promise<Figure[]> =>
  session(context, { ...A100_8B, effort: context.quick ? 'quick' : 'usual' }, async (own) => {
    const { figure, quick, workers } = context;
    const searched = await search(own);
    const { configurations, simulatedRequests } = searched.outcome.figures;
    const fresh = await keptFresh(own, searched);
    return [
      figure('2 to 16 GPUs: configurations', configurations, '', quick ? 'none' : '>= 2000', 1),
      figure(`2 to 16 GPUs: search on ${workers} threads`, searched.wallS, 's', '<= 180', 1),
      figure('2 to 16 GPUs: CPU time of the search per thread', searched.cpuS / workers, 's', 'none', 1),
      figure('2 to 16 GPUs: simulated requests', simulatedRequests, '', 'none', 1),
      figure('2 to 16 GPUs: saved against 8P8D at the highest clock', savedPct(own, searched), '%', 'none', 1),
      figure('2 to 16 GPUs: both promises kept on fresh loads', fresh.joint, '%', '>= 99', fresh.requests),
    ];
  });

/** Every configuration of a small space, judged on the loads that the search judges on. */
export const exhaustiveFigures = (context: Context): Promise<Figure[]> =>
  session(context, { ...A100_8B, rate: 6, gpus: '2..4', effort: 'quick' }, async ({ plan: asked, drive }) => {
    const settings = {
      ...asked.space.settings,
      governor: ['slo', 'max'],
      itlTarget: [null, 0.7, 0.98],
      ttftTarget: [null, 0.6, 0.95],
      chunkTokens: [null],
      maxRunning: [null],
      rest: ['awake'],
    } as const;
    const variants = asked.space.variants.map(({ id, tps }) => ({ id, tps }));
    const plan = { ...asked, space: { ...asked.space, variants, settings } };
    const small: Session = { plan, drive };
    const searched = await search(small);
    const { all, least, judgedRequests } = await leastOfAll(small, searched);
    const found = objectiveOfAll(searched.outcome.best.evaluations, plan.objective, plan.prices) ?? NaN;
    const { figure } = context;
    return [
      figure('small space: configurations in all', all, '', 'none', 1),
      figure('small space: configurations that the search looked at', searched.outcome.figures.configurations, '', 'none', 1),
      figure('small space: simulated requests of the search', searched.outcome.figures.simulatedRequests, '', 'none', 1),
      figure('small space: simulated requests of the exhaustive one', judgedRequests, '', 'none', 1),
      figure('small space: energy of the pick above that of the exhaustive one', 100 * (found / least - 1), '%', '<= 2', all),
    ];
  });

interface Exhausted {
  readonly all: number;
  /** Objective of the cheapest that surely keeps the target. */
  readonly least: number;
  readonly judgedRequests: number;
}

async function leastOfAll({ plan, drive }: Session, { outcome }: Searched): Promise<Exhausted> {
  const fidelities = outcome.best.evaluations.map(({ fidelity }) => fidelity);
  const choices = everyChoice(plan.space, layoutsOf(plan.space), 1000)!;
  const groups = choices.map((choice) => fidelities.map((fidelity) => taskOf(choice, fidelity)));
  const standings = (await drive(askGroups('all of them', groups, 0))).map((runs) => standingOf(runs, plan));
  const sure = standings.filter((standing) => standing.sure).map(({ cost }) => cost);
  const judgedRequests = choices.length * fidelities.reduce((sum, { requests }) => sum + requests, 0);
  return { all: choices.length, least: Math.min(...sure), judgedRequests };
}
