import { VoltanaError } from '../../domain/errors.ts';
import type { DayShape } from '../types.ts';

/**
 * A day of chat and code traffic as public traces have it: calm in the small hours, a rise through the morning, most in the
 * afternoon, a second shoulder in the evening. An assumption, not a measurement: shares of the busiest hour, from midnight.
 */
export const DIURNAL_SHARES: readonly number[] = [
  0.35, 0.3, 0.26, 0.25, 0.25, 0.28, 0.35, 0.48, 0.65, 0.82, 0.93, 0.97, 0.92, 0.95, 1, 1, 0.97, 0.9, 0.8, 0.74, 0.72, 0.66, 0.55, 0.44,
];

/** The length that a share has, if that holds no more requests than asked for; and the least, below which nobody would ever rest. */
const USUAL_SECONDS = 300;
const FEWEST_CALMS = 2;

/** How an instance rests and wakes: a share that is shorter than this would hide it. */
export interface RestTimes {
  readonly calmMs: number;
  readonly coldStartMs: number;
}

const MS_PER_S = 1000;

/** The default day, squeezed to about so many requests, and never so far that no instance would rest. */
export function usualDay(ratePerS: number, mostRequests: number, { calmMs, coldStartMs }: RestTimes): DayShape {
  if (!(ratePerS > 0)) throw new VoltanaError('BAD_VALUE', `a rate of ${ratePerS} has no day`, { hint: 'Give requests per second.' });
  const shares = DIURNAL_SHARES.reduce((sum, share) => sum + share, 0);
  const least = Math.min(USUAL_SECONDS, (FEWEST_CALMS * Math.max(calmMs, coldStartMs)) / MS_PER_S);
  const secondsPerShare = Math.round(Math.max(least, Math.min(USUAL_SECONDS, mostRequests / (shares * ratePerS))));
  return { shares: DIURNAL_SHARES, secondsPerShare: Math.max(1, secondsPerShare) };
}
