import type { Figure } from '../figures.ts';
import { verdicts, type Verdict } from '../tune-live/judge.ts';
import { stepVerdict, type StepVerdict } from '../tune-live/step.ts';
import type { Context } from './ground.ts';

const DURATION_S = 600;
const QUICK_S = 120;
const RATE_PER_S = 8;
/** 80 % of what the highest clock keeps there. */
const STEP_TO_PER_S = 10;

const caseFigures = (
  { figure }: Context,
  { name, withinS, energyAfterPct, windows, windowsBelow, windowsBelowAtMaximum }: Verdict,
): Figure[] => [
  figure(`live, ${name}: energy above a perfect profile's after ${withinS ?? 0} s`, energyAfterPct, '%', '<= 3', 1),
  figure(
    `live, ${name}: windows below the target beyond those of the highest clock`,
    Math.max(0, windowsBelow - windowsBelowAtMaximum),
    '',
    '<= 0',
    windows,
  ),
];

const stepFigures = ({ figure }: Context, { name, fasterMs, highestMs, late }: StepVerdict): Figure[] => [
  ...(['prefill', 'decode'] as const).flatMap((role) => [
    figure(`live, ${name}: ${role} faster after`, fasterMs[role] ?? Infinity, 'ms', '<= 100', 1),
    figure(`live, ${name}: ${role} at the highest clock after`, highestMs[role] ?? Infinity, 'ms', 'none', 1),
  ]),
  figure(`live, ${name}: TTFT missed from 2 s on`, late.ttft, '', 'none', late.requests),
  figure(`live, ${name}: mean gap missed from 2 s on`, late.meanGap, '', 'none', late.requests),
];

/** Emulated fleets under profiles with errors, adapting, and under a load that triples. */
export function liveFigures(context: Context): Promise<Figure[]> {
  const durationS = context.quick ? QUICK_S : DURATION_S;
  const judged = [...verdicts({ ratePerS: RATE_PER_S, durationS, seed: 1 })].filter(({ adapts }) => adapts);
  return Promise.resolve([...judged.flatMap((one) => caseFigures(context, one)), ...stepFigures(context, stepVerdict(STEP_TO_PER_S, 1))]);
}
