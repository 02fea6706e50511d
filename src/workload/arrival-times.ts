import { VoltanaError } from '../domain/errors.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { Random } from '../ports/random.ts';
import { drawEmpiricalGap, drawRelativeGap } from './arrivals.ts';
import type { EmpiricalArrivals } from './card.ts';
import { checkRamp, meanRampRps, rampTimeMs, type Ramp } from './ramp.ts';

export interface ArrivalOptions {
  /** The same all along, or a ramp from one rate to another. */
  readonly ratePerS: number | Ramp;
  /** Gamma shape of the gaps: 1 = Poisson. */
  readonly burstiness: number;
  /** `empirical` draws from the gaps of `own`, scaled to the rate; `constant` has even gaps, the first of them half; `burstiness` must then be 1. Gamma when left out. */
  readonly arrivalShape?: 'gamma' | 'empirical' | 'constant';
  /** What `empirical` draws from. */
  readonly own?: EmpiricalArrivals | undefined;
  /** Whose gaps those are, for messages. */
  readonly ownName?: string;
  readonly arrivals: Random;
  /** Exactly so many requests, or all arrivals in [0, durationMs). */
  readonly extent: { readonly requests: number } | { readonly durationMs: number };
}

/** Draws one gap in units of the mean gap. */
type DrawGap = (random: Random) => number;

const checkPositive = (value: number, name: string): void => {
  if (!Number.isFinite(value) || value <= 0) throw new VoltanaError('BAD_VALUE', `${name} must be a number above 0, got ${value}`);
};

export const checkCount = (requests: number, most: number): void => {
  if (!Number.isInteger(requests) || requests < 1 || requests > most) {
    throw new VoltanaError('BAD_VALUE', `requests must be a whole number from 1 to ${most}, got ${requests}`);
  }
};

const limitsOf = (extent: ArrivalOptions['extent']): { requests: number; durationMs: number } => {
  if ('requests' in extent) {
    checkCount(extent.requests, Number.MAX_SAFE_INTEGER);
    return { requests: extent.requests, durationMs: Infinity };
  }
  checkPositive(extent.durationMs, 'the duration in ms');
  return { requests: Infinity, durationMs: extent.durationMs };
};

const checkUnburst = (burstiness: number, shape: string): void => {
  if (burstiness === 1) return;
  throw new VoltanaError('BAD_VALUE', `a burstiness of ${burstiness} has no meaning with ${shape} arrivals`, {
    hint: 'Leave it out, or use gamma arrivals.',
  });
};

/** Even gaps, the first of them half: [0, durationMs) then holds rate x duration requests, and no rounding at its end matters. */
const evenGaps = (): DrawGap => {
  let first = true;
  return () => {
    const gap = first ? 0.5 : 1;
    first = false;
    return gap;
  };
};

const gapsOf = ({ burstiness, arrivalShape, own, ownName }: ArrivalOptions): DrawGap => {
  checkPositive(burstiness, 'the burstiness');
  if (arrivalShape === 'constant') {
    checkUnburst(burstiness, arrivalShape);
    return evenGaps();
  }
  if (arrivalShape !== 'empirical') return (random) => drawRelativeGap(burstiness, random);
  if (own === undefined) {
    throw new VoltanaError('BAD_VALUE', `${ownName ?? 'this load'} has no arrivals of its own`, {
      hint: 'Use gamma arrivals, or a workload taken from a trace.',
    });
  }
  checkUnburst(burstiness, arrivalShape);
  return (random) => drawEmpiricalGap(own, random);
};

/** The next arrival, from the gap before it in units of the mean gap. */
type Clock = (gap: number) => number;

const clockOf = ({ ratePerS: rate, extent }: ArrivalOptions): Clock => {
  if (typeof rate === 'number') {
    checkPositive(rate, 'the rate per second');
    const meanGapMs = MS_PER_S / rate;
    let arrivalMs = 0;
    return (gap) => (arrivalMs += meanGapMs * gap);
  }
  checkRamp(rate);
  const durationMs = 'requests' in extent ? (extent.requests / meanRampRps(rate)) * MS_PER_S : extent.durationMs;
  let units = 0;
  return (gap) => rampTimeMs(rate, durationMs, (units += gap));
};

/**
 * Arrival times in ms, ascending, drawn when they are asked for.
 * @throws VoltanaError BAD_VALUE, with the first
 */
export function* arrivalTimes(options: ArrivalOptions): Generator<number, void, undefined> {
  const clock = clockOf(options);
  const drawGap = gapsOf(options);
  const limits = limitsOf(options.extent);
  for (let number = 1; number <= limits.requests; number++) {
    const arrivalMs = clock(drawGap(options.arrivals));
    if (arrivalMs >= limits.durationMs) return;
    yield arrivalMs;
  }
}
