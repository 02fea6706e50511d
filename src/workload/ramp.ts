import type { BenchLoad } from '../domain/bench.ts';
import { VoltanaError } from '../domain/errors.ts';
import { MS_PER_S } from '../domain/units.ts';

/** A rate that goes from `startRps` to `endRps` over the schedule: by time, so that half the time is half the way. */
export type Ramp = NonNullable<BenchLoad['ramp']>;

const isRate = (value: number): boolean => Number.isFinite(value) && value >= 0;

/** @throws VoltanaError BAD_VALUE; only a linear ramp may begin with nothing */
export const checkRamp = ({ startRps, endRps, strategy }: Ramp): void => {
  const bad = !isRate(startRps) ? startRps : !isRate(endRps) || endRps === 0 ? endRps : null;
  if (bad !== null) throw new VoltanaError('BAD_VALUE', `the rates of a ramp must be numbers above 0, got ${bad}`);
  if (startRps === 0 && strategy === 'exponential')
    throw new VoltanaError('BAD_VALUE', 'an exponential ramp cannot begin at 0 requests per second', {
      hint: 'Begin at a rate above 0, or use a linear ramp.',
    });
};

/** Mean rate over the whole ramp, requests per second. */
export const meanRampRps = ({ startRps, endRps, strategy }: Ramp): number =>
  strategy === 'linear' || startRps === endRps ? (startRps + endRps) / 2 : (endRps - startRps) / Math.log(endRps / startRps);

/** Requests that a ramp of `durationMs` brings in the mean until `fraction` of its time is over. */
const share = ({ startRps, endRps, strategy }: Ramp, fraction: number): number =>
  strategy === 'linear' || startRps === endRps
    ? startRps * fraction + ((endRps - startRps) * fraction ** 2) / 2
    : (startRps * Math.expm1(fraction * Math.log(endRps / startRps))) / Math.log(endRps / startRps);

/** The fraction of the time at which `share` is `wanted`. */
const fractionAt = ({ startRps, endRps, strategy }: Ramp, wanted: number): number => {
  const change = endRps - startRps;
  // Not the textbook root: that one divides by a change which may be 0.
  if (strategy === 'linear' || change === 0) return (2 * wanted) / (startRps + Math.sqrt(startRps ** 2 + 2 * change * wanted));
  const growth = Math.log(endRps / startRps);
  return Math.log1p((wanted * growth) / startRps) / growth;
};

/**
 * The time at which a ramp has brought `units` requests in the mean: gaps of mean 1 become gaps of the ramp's own rate, whatever
 * their shape. After its end the last rate holds.
 * @param units counted in requests, not negative
 * @returns ms since the start
 */
export const rampTimeMs = (ramp: Ramp, durationMs: number, units: number): number => {
  if (units === 0) return 0;
  const perS = durationMs / MS_PER_S;
  const beyond = units - share(ramp, 1) * perS;
  if (beyond > 0) return durationMs + (beyond * MS_PER_S) / ramp.endRps;
  return durationMs * fractionAt(ramp, units / perS);
};
