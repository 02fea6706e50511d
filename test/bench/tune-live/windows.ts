import type { Ran, Served } from './run.ts';

const PER_S = 10;
/** Standard normal: one side of 99 %. */
const Z99 = 2.326;

/** Joules from one second to another. */
export function joules({ energyJ }: Ran, fromS: number, toS: number): number {
  return energyJ[toS * PER_S]! - energyJ[fromS * PER_S]!;
}

/** Upper end of the one-sided 99 % interval of a share (Wilson): below it, the share is missed for sure. */
export function wilsonUpper(met: number, count: number): number {
  const share = met / count;
  const spread = Z99 * Math.sqrt((share * (1 - share)) / count + (Z99 / (2 * count)) ** 2);
  return (share + Z99 ** 2 / (2 * count) + spread) / (1 + Z99 ** 2 / count);
}

const LEAST_REQUESTS = 1000;

/** Windows of consecutive arrivals, a fifth of a window apart: their attainments. */
export function attainments(served: readonly Served[]): number[] {
  const shares: number[] = [];
  for (let from = 0; from + LEAST_REQUESTS <= served.length; from += LEAST_REQUESTS / 5)
    shares.push(served.slice(from, from + LEAST_REQUESTS).filter(({ met }) => met).length / LEAST_REQUESTS);
  return shares;
}

/** How many windows' 99 % binomial bound lies below a share. */
export const windowsBelow = (shares: readonly number[], least: number): number =>
  shares.filter((share) => wilsonUpper(share * LEAST_REQUESTS, LEAST_REQUESTS) < least).length;

/** Seconds from which on every window of `windowS` stays within a deviation; null where the last one does not. */
export function settledAfterS(own: Ran, other: Ran, durationS: number, windowS: number, most: number): number | null {
  let settled: number | null = null;
  for (let fromS = durationS - windowS; fromS >= 0; fromS -= windowS) {
    if (Math.abs(joules(own, fromS, fromS + windowS) / joules(other, fromS, fromS + windowS) - 1) > most) break;
    settled = fromS;
  }
  return settled;
}
