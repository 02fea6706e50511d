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

/** Seeded steps: one of them alone has hundreds of requests, of which none or a few miss by chance. */
const STEPS = [1, 2, 3, 4, 5];
const PERCENT = 100;

const total = (steps: readonly StepVerdict[], of: (step: StepVerdict) => number): number => steps.reduce((sum, step) => sum + of(step), 0);

/** Who missed beyond the twin that holds the highest clock, in percent of those who came. */
function beyondPct(steps: readonly StepVerdict[], which: 'late' | 'afterResidence', what: 'ttft' | 'meanGap'): number {
  const twin = which === 'late' ? 'lateAtMaximum' : 'afterResidenceAtMaximum';
  const beyond = total(steps, (step) => step[which][what] - step[twin][what]);
  return (PERCENT * beyond) / total(steps, (step) => step[which].requests);
}

/** Of all steps the slowest answer; one that never came is no number. */
function highestFigure({ figure }: Context, steps: readonly StepVerdict[], role: 'prefill' | 'decode'): Figure {
  const slowest = Math.max(...steps.map(({ highestMs }) => highestMs[role] ?? Infinity));
  const name = `live, ${steps[0]!.name}: ${role} at the highest clock after, at the latest`;
  const told = figure(name, slowest, 'ms', '<= 100', steps.length);
  return slowest < Infinity ? told : { ...told, value: null, reason: 'its governor judged that it needs no such clock' };
}

function stepFigures(context: Context, steps: readonly StepVerdict[]): Figure[] {
  const { figure } = context;
  const name = steps[0]!.name;
  const late = total(steps, (step) => step.late.requests);
  const settled = total(steps, (step) => step.afterResidence.requests);
  return [
    highestFigure(context, steps, 'prefill'),
    highestFigure(context, steps, 'decode'),
    figure(`live, ${name}: TTFT missed from 2 s on, beyond the highest clock`, beyondPct(steps, 'late', 'ttft'), '%', '<= 1', late),
    figure(`live, ${name}: mean gap missed from 2 s on, beyond the highest clock`, beyondPct(steps, 'late', 'meanGap'), '%', '<= 1', late),
    figure(
      `live, ${name}: mean gap missed one p95 residence on, beyond the highest clock`,
      beyondPct(steps, 'afterResidence', 'meanGap'),
      '%',
      '<= 1',
      settled,
    ),
  ];
}

/** Emulated fleets under profiles with errors, adapting, and under a load that triples. */
export function liveFigures(context: Context): Promise<Figure[]> {
  const durationS = context.quick ? QUICK_S : DURATION_S;
  const judged = [...verdicts({ ratePerS: RATE_PER_S, durationS, seed: 1 })].filter(({ adapts }) => adapts);
  return Promise.resolve([
    ...judged.flatMap((one) => caseFigures(context, one)),
    ...stepFigures(
      context,
      STEPS.map((seed) => stepVerdict(STEP_TO_PER_S, seed)),
    ),
  ]);
}
