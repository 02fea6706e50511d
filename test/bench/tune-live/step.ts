import type { Role } from '../../../src/domain/instance.ts';
import { quantile } from '../../../src/statistics/quantile.ts';
import { run, type Ran, type Served } from './run.ts';
import { CLOCKS_MHZ, ids, profiledWith, scheduleAt, SLO } from './world.ts';

const BEFORE_S = 60;
const AFTER_S = 40;
const FACTOR = 3;
/** What comes later than this after the step has to be inside the SLO. */
const GRACE_MS = 2000;

/** Simulated: what a load that triples at once does to a fleet that the `slo` governor slowed down. */
export interface StepVerdict {
  readonly mode: 'simulated';
  readonly name: string;
  readonly seed: number;
  readonly ratePerS: number;
  /** From the step until an instance of a phase was first asked for a faster clock, and for the highest (ms); null where none was. */
  readonly fasterMs: Readonly<Record<Role, number | null>>;
  readonly highestMs: Readonly<Record<Role, number | null>>;
  /** Requests that came after the step, in the grace and behind it, and who of them missed. */
  readonly early: Missed;
  readonly late: Missed;
  readonly lateAtMaximum: Missed;
  /** How long 95 % of the requests stayed that came before the step (ms), and who of those that came later than that after it missed. */
  readonly residenceP95Ms: number;
  readonly afterResidence: Missed;
  readonly afterResidenceAtMaximum: Missed;
}

interface Missed {
  readonly requests: number;
  readonly ttft: number;
  readonly meanGap: number;
}

const missedOf = (served: readonly Served[]): Missed => ({
  requests: served.length,
  ttft: served.filter(({ ttftMs }) => ttftMs > SLO.ttftMs).length,
  meanGap: served.filter(({ meanGapMs }) => meanGapMs > SLO.itlMs).length,
});

const STEP_MS = BEFORE_S * 1000;
const cameAfter = ({ served }: Ran, graceMs: number): Served[] => served.filter(({ arrivalMs }) => arrivalMs >= STEP_MS + graceMs);

function residenceP95Ms({ served }: Ran): number {
  const before = served.filter(({ arrivalMs }) => arrivalMs < STEP_MS);
  return quantile(
    before.map(({ arrivalMs, endMs }) => endMs - arrivalMs),
    0.95,
  )!;
}

/** The first change of any instance of a phase after the step to a clock that will do. */
function firstMs({ control }: Ran, role: Role, will: (toMhz: number, fromMhz: number) => boolean): number | null {
  const times = ids(role).flatMap((id) =>
    control
      .control(id)
      .log.filter(({ atMs, requestedMhz, fromMhz }) => atMs >= STEP_MS && will(requestedMhz, fromMhz))
      .map(({ atMs }) => Math.round(atMs - STEP_MS)),
  );
  return times.length === 0 ? null : Math.min(...times);
}

/** @param ratePerS after the step */
export function stepVerdict(ratePerS: number, seed: number): StepVerdict {
  const before = scheduleAt(ratePerS / FACTOR, BEFORE_S, seed);
  const after = scheduleAt(ratePerS, AFTER_S, seed + 100).map((request) => ({
    ...request,
    id: `after-${request.id}`,
    arrivalMs: request.arrivalMs + STEP_MS,
  }));
  const [own, maximum] = (['slo', 'max'] as const).map((governor) =>
    run({ schedule: [...before, ...after], seed, governor, adapts: false, predictorOf: (role) => profiledWith({}, role) }),
  );
  const both = (will: (toMhz: number, fromMhz: number) => boolean): Record<Role, number | null> => ({
    prefill: firstMs(own!, 'prefill', will),
    decode: firstMs(own!, 'decode', will),
  });
  const stayMs = residenceP95Ms(own!);
  return {
    mode: 'simulated',
    name: `${FACTOR}x load step`,
    seed,
    ratePerS,
    fasterMs: both((toMhz, fromMhz) => toMhz > fromMhz),
    highestMs: both((toMhz) => toMhz === CLOCKS_MHZ.at(-1)),
    early: missedOf(own!.served.filter(({ arrivalMs }) => arrivalMs >= STEP_MS && arrivalMs < STEP_MS + GRACE_MS)),
    late: missedOf(cameAfter(own!, GRACE_MS)),
    lateAtMaximum: missedOf(cameAfter(maximum!, GRACE_MS)),
    residenceP95Ms: Math.round(stayMs),
    afterResidence: missedOf(cameAfter(own!, stayMs)),
    afterResidenceAtMaximum: missedOf(cameAfter(maximum!, stayMs)),
  };
}
