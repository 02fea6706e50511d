import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';
import { MS_PER_S } from '../domain/units.ts';

/** Stretches of equal length, each at its share of the mean rate, one after the other. */
export interface RateShares {
  readonly shares: readonly number[];
  readonly secondsPerShare: number;
}

/** @throws VoltanaError BAD_VALUE */
export function checkShares({ shares, secondsPerShare }: RateShares): void {
  const bad = shares.find((share) => !Number.isFinite(share) || share < 0);
  if (bad !== undefined) throw new VoltanaError('BAD_VALUE', `a share of the mean rate is a number of 0 or more, got ${bad}`);
  if (!shares.some((share) => share > 0)) throw new VoltanaError('BAD_VALUE', 'a day needs a share of the mean rate above 0');
  if (!Number.isFinite(secondsPerShare) || secondsPerShare <= 0)
    throw new VoltanaError('BAD_VALUE', `the length of a share must be a number of seconds above 0, got ${secondsPerShare}`);
}

/** How long the mean rate takes for what the whole day brings, ms. */
export const evenMsOf = ({ shares, secondsPerShare }: RateShares): number =>
  shares.reduce((sum, share) => sum + share, 0) * secondsPerShare * MS_PER_S;

/**
 * Requests that came at an even mean rate, at the rates of a day: where it is twice the mean, gaps are half as long. Their order, lengths
 * and the pattern of their gaps stay.
 * @param even ascending by arrival; those behind `evenMsOf` are left out
 * @throws VoltanaError BAD_VALUE for shares that are none, with the first request
 */
export function* atShares(even: Iterable<WorkloadRequest>, day: RateShares): Generator<WorkloadRequest, void, undefined> {
  checkShares(day);
  const { shares } = day;
  const shareMs = day.secondsPerShare * MS_PER_S;
  let [index, beforeMs] = [0, 0];
  for (const request of even) {
    while (index < shares.length && request.arrivalMs >= beforeMs + shares[index]! * shareMs) beforeMs += shares[index++]! * shareMs;
    if (index === shares.length) return;
    yield { ...request, arrivalMs: index * shareMs + (request.arrivalMs - beforeMs) / shares[index]! };
  }
}
