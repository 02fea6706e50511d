import type { AbDesign, AbEffect, AbPeriod, AbResult, ArmName } from '../../domain/ab.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { createRandom } from '../../statistics/random.ts';
import { periodsPerBlockOf, withDetectable } from '../../telemetry/ab/design.ts';
import { salted } from './salt.ts';
import { abEffects, noiseOf, primaryEffect } from '../../telemetry/ab/effects.ts';

/** `aa`: configuration A under both names; `ab`: the test itself. */
export type AbPhase = 'aa' | 'ab';

/** One period as the runner is asked for it. */
export interface PlannedPeriod {
  readonly phase: AbPhase;
  /** From 0 within its phase. */
  readonly index: number;
  readonly block: number;
  /** What to run; in an A/A always A. */
  readonly configuration: ArmName;
  /** The same arrivals and lengths in all periods of a block, under other ids: no prefix cache knows them from the period before. */
  readonly schedule: readonly WorkloadRequest[];
  readonly washoutS: number;
  readonly periodS: number;
}

export interface MeasuredPeriod<Parts> {
  /** Times are s since the test began, also where it was taken up again. */
  readonly period: Omit<AbPeriod, 'arm' | 'block'>;
  /** What else the runner has of it, for `onPeriod`. */
  readonly parts: Parts;
}

/** Switches the configuration, serves load over the washout, then measures one period. Rejects when the signal aborts. */
export interface PeriodRunner<Parts> {
  run(planned: PlannedPeriod, signal: AbortSignal): Promise<MeasuredPeriod<Parts>>;
}

/** As a journal keeps it. */
export interface DonePeriod {
  readonly phase: AbPhase;
  readonly index: number;
  readonly period: AbPeriod;
}

export type AbProgress =
  | { readonly kind: 'period'; readonly planned: PlannedPeriod; readonly of: number }
  | { readonly kind: 'aa'; readonly aa: NonNullable<AbResult['aa']> }
  /** Before the first period of the test itself. */
  | { readonly kind: 'design'; readonly design: AbDesign };

export interface AbOptions<Parts> {
  readonly arms: AbResult['arms'];
  readonly design: AbDesign;
  /** Null where it was left out on purpose. */
  readonly aaDesign: AbDesign | null;
  readonly runner: PeriodRunner<Parts>;
  /** One block's requests; another block's differ, and those of an A/A from those of the test. */
  readonly scheduleOf: (phase: AbPhase, block: number) => readonly WorkloadRequest[];
  readonly seed: number;
  readonly signal: AbortSignal;
  /** What an earlier process finished, in any order. */
  readonly done?: readonly DonePeriod[];
  readonly onPeriod?: (done: DonePeriod, parts: Parts) => void;
  readonly onProgress?: (progress: AbProgress) => void;
}

export interface AbOutcome {
  readonly result: AbResult;
  /** The signal ended it early; what was measured is in the result. */
  readonly interrupted: boolean;
}

interface PhaseOutcome {
  readonly periods: readonly AbPeriod[];
  readonly interrupted: boolean;
}

/**
 * Periods of whole blocks from the beginning. A block that was cut in two is measured anew: what happened between its halves
 * would be taken for the arm.
 */
function takenUp(design: AbDesign, phase: AbPhase, done: readonly DonePeriod[]): AbPeriod[] {
  const byIndex = new Map(done.filter((one) => one.phase === phase).map(({ index, period }) => [index, period]));
  const periods: AbPeriod[] = [];
  for (let period = byIndex.get(0); period !== undefined; period = byIndex.get(periods.length)) {
    const index = periods.length;
    if (design.order[index] !== period.arm)
      throw new VoltanaError(
        'BAD_VALUE',
        `The period ${index + 1} of ${phase} taken up is of arm ${period.arm}: it belongs to another test`,
        {
          hint: 'Take it up with the arms, blocks and seed that it was begun with.',
        },
      );
    periods.push(period);
  }
  return periods.slice(0, periods.length - (periods.length % periodsPerBlockOf(design)));
}

const planned = <P>({ scheduleOf }: AbOptions<P>, design: AbDesign, phase: AbPhase, index: number): PlannedPeriod => {
  const block = Math.floor(index / periodsPerBlockOf(design));
  return {
    phase,
    index,
    block,
    configuration: phase === 'aa' ? 'A' : design.order[index]!,
    schedule: salted(scheduleOf(phase, block), `${phase}${index}`),
    washoutS: design.washoutS,
    periodS: design.periodS,
  };
};

async function runPhase<P>(options: AbOptions<P>, design: AbDesign, phase: AbPhase): Promise<PhaseOutcome> {
  const { runner, signal, onPeriod, onProgress, done = [] } = options;
  const periods = takenUp(design, phase, done);
  for (let index = periods.length; index < design.order.length; index++) {
    if (signal.aborted) return { periods, interrupted: true };
    const plan = planned(options, design, phase, index);
    onProgress?.({ kind: 'period', planned: plan, of: design.order.length });
    const measured = await runner.run(plan, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (measured === null) return { periods, interrupted: true };
    const period = { ...measured.period, arm: design.order[index]!, block: plan.block };
    periods.push(period);
    onPeriod?.({ phase, index, period }, measured.parts);
  }
  return { periods, interrupted: false };
}

const randomOf = ({ seed }: { readonly seed: number }, phase: AbPhase) => createRandom(seed).fork(`ab-effects-${phase}`);

/** A rig that finds a difference between A and A would find one between A and B. One without a finding, for lack of figures, has not passed either. */
const gateOf = (effect: AbEffect, periods: number): NonNullable<AbResult['aa']> => ({
  passed: effect.significant === false,
  effect,
  periods,
});

/**
 * A against itself, then A against B, each in randomised blocks. A failed A/A ends it: its result has no effects. What was
 * measured until an interruption is analysed as far as its whole blocks go.
 * @throws VoltanaError BAD_VALUE for periods taken up that belong to another test; whatever the runner throws
 */
export async function runAb<Parts>(options: AbOptions<Parts>): Promise<AbOutcome> {
  const { arms, aaDesign, onProgress } = options;
  const outcome = (design: AbDesign, aa: AbResult['aa'], phase: PhaseOutcome, effects: readonly AbEffect[]): AbOutcome => ({
    result: { arms, design, aa, periods: phase.periods, effects },
    interrupted: phase.interrupted,
  });
  let [design, aa]: [AbDesign, AbResult['aa']] = [options.design, null];
  if (aaDesign) {
    const first = await runPhase(options, aaDesign, 'aa');
    aa = gateOf(primaryEffect(aaDesign, first.periods, randomOf(options, 'aa')), first.periods.length);
    if (first.interrupted) return outcome(design, { ...aa, passed: false }, { periods: [], interrupted: true }, []);
    onProgress?.({ kind: 'aa', aa });
    if (!aa.passed) return outcome(design, aa, { periods: [], interrupted: false }, []);
    const noise = noiseOf(aaDesign, first.periods);
    if (noise) design = withDetectable(design, noise);
  }
  onProgress?.({ kind: 'design', design });
  const second = await runPhase(options, design, 'ab');
  return outcome(design, aa, second, abEffects(design, second.periods, randomOf(options, 'ab')));
}
