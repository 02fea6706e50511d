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
  readonly ground: { readonly variants: readonly { readonly id: string }[]; readonly load: { readonly ratePerS: number } };
  readonly space: { readonly variants: readonly { readonly id: string; readonly tps: readonly number[] }[] };
  readonly seed: number;
}

/** `tune --search --dry-run`: nothing is simulated, and nothing is kept. */
export function searchPlan(plan: Plan): { readonly document: object; readonly text: string } {
  const { objective, constraints, baseline, effortName: effort, work, questions, space, ground, seed } = plan;
  const { slo, sloTarget, confidence, gpus, powerBudgetW } = constraints;
  const devices = space.variants.map(({ id, tps }) => `${id} (${tps.map((tp) => `${tp} GPU${tp === 1 ? '' : 's'}`).join(' or ')} each)`);
  const rows: [string, string][] = [
    ['devices', devices.join(', ')],
    ['load', `${number(ground.load.ratePerS, 3)} requests/s`],
    ['promises', `TTFT <= ${slo.ttftMs} ms, mean gap <= ${slo.itlMs} ms for ${sloTarget * 100} %, ${confidence * 100} % sure`],
    ['GPUs', `${gpus.least} to ${gpus.most}${powerBudgetW === null ? '' : `, within ${powerBudgetW} W`}`],
    ['least', objective],
    ['given layout', layoutText(baseline)],
    [
      'effort',
      `${effort}: up to ${grouped(work.configurations)} configurations, ${grouped(work.usualRequests)} to ${grouped(work.mostRequests)} simulated requests`,
    ],
    ['questions', questions.length === 0 ? 'none' : questions.join(', ')],
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
      seed,
    },
    text: rows.flatMap(([label, text]) => wrap(text, WIDTH - 18).map((part, i) => line(i === 0 ? label : '', part))).join('\n'),
  };
}
