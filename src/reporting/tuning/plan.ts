import type { TuningConstraints, TuningObjective } from '../../domain/tuning.ts';
import { layoutText } from '../../domain/tuning-text.ts';
import { number, wrap } from '../format.ts';
import { grouped, line, WIDTH } from '../run/sections.ts';

/** What a search would do, as far as it is known before it begins. */
interface Plan {
  readonly objective: TuningObjective;
  readonly constraints: TuningConstraints;
  readonly baseline: {
    readonly variant: string;
    readonly tp: number;
    readonly prefill: number;
    readonly decode: number;
    readonly aggregated: number;
  };
  readonly effortName: string;
  readonly work: { readonly configurations: number; readonly usualRequests: number; readonly mostRequests: number };
  readonly questions: readonly string[];
  /** Simulated behind the search: other conditions, and the questions. */
  readonly laterRequests: number;
  readonly ground: { readonly variants: readonly { readonly id: string }[]; readonly load: { readonly ratePerS: number } };
  readonly space: { readonly variants: readonly { readonly id: string; readonly tps: readonly number[] }[] };
  readonly batch: {
    readonly tier: { readonly load: { readonly ratePerS: number }; readonly deadlineMs: number };
    readonly constraints: { readonly sloTarget: number };
    readonly planned: { readonly text: string };
    readonly fewest: { readonly interactive: number; readonly batch: number };
  } | null;
  readonly seed: number;
}

const S_PER_MS = 1 / 1000;

/** A batch tier as it is told before the search; nothing where there is none. */
function batchPart({ batch }: Plan): { readonly rows: [string, string][]; readonly keys: object } {
  if (batch === null) return { rows: [], keys: {} };
  const { tier, constraints, planned, fewest } = batch;
  const [ratePerS, deadlineS] = [tier.load.ratePerS, tier.deadlineMs * S_PER_MS];
  const promise = `${number(ratePerS, 3)} requests/s, ended within ${deadlineS} s for ${constraints.sloTarget * 100} %`;
  return {
    rows: [
      ['batch tier', `${promise}. ${planned.text}`],
      ['GPUs at least', `${fewest.interactive} for the interactive tier and ${fewest.batch} for this one, by arithmetic`],
    ],
    keys: { batch: { rate: ratePerS, deadlineS, target: constraints.sloTarget, planned, fewestGpus: fewest } },
  };
}

/** `tune --search --dry-run`: nothing is simulated, and nothing is kept. */
export function searchPlan(plan: Plan): { readonly document: object; readonly text: string } {
  const { objective, constraints, baseline, effortName: effort, work, questions, laterRequests, space, ground, seed } = plan;
  const { slo, sloTarget, confidence, gpus, powerBudgetW } = constraints;
  const devices = space.variants.map(({ id, tps }) => `${id} (${tps.map((tp) => `${tp} GPU${tp === 1 ? '' : 's'}`).join(' or ')} each)`);
  const tier = batchPart(plan);
  const rows: [string, string][] = [
    ['devices', devices.join(', ')],
    ['load', `${number(ground.load.ratePerS, 3)} requests/s`],
    ['promises', `TTFT <= ${slo.ttftMs} ms, mean gap <= ${slo.itlMs} ms for ${sloTarget * 100} %, ${confidence * 100} % sure`],
    ['GPUs', `${gpus.least} to ${gpus.most}${powerBudgetW === null ? '' : `, within ${powerBudgetW} W`}`],
    ...tier.rows,
    ['least', objective],
    ['given layout', layoutText(baseline)],
    [
      'effort',
      `${effort}: up to ${grouped(work.configurations)} configurations, ${grouped(work.usualRequests)} to ${grouped(work.mostRequests)} simulated requests`,
    ],
    ['questions', questions.length === 0 ? 'none' : questions.join(', ')],
    [
      'behind it',
      `about ${grouped(Math.round(laterRequests))} simulated requests: the pick under other conditions${questions.length === 0 ? '' : ', and the questions'}`,
    ],
  ];
  return {
    document: {
      kind: 'tuning-plan',
      objective,
      constraints,
      variants: space.variants.map(({ id, tps }) => ({ id, tps })),
      baseline,
      effort,
      work,
      questions,
      ...tier.keys,
      laterRequests: Math.round(laterRequests),
      seed,
    },
    text: rows.flatMap(([label, text]) => wrap(text, WIDTH - 18).map((part, i) => line(i === 0 ? label : '', part))).join('\n'),
  };
}
