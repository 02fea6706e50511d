import { incompleteBeta } from './incomplete-beta.ts';
import { twoSidedP } from './student-t.ts';

/** With more variance than this the normal distribution is as good, and the beta function's fraction would need ever more steps. */
const MUCH_VARIANCE = 1000;

/** How often a standard normal number is larger than `z`. */
const normalTail = (z: number): number => (z >= 0 ? twoSidedP(z, Infinity) / 2 : 1 - twoSidedP(z, Infinity) / 2);

/**
 * How often at least `hits` of `n` independent tries hit, each with probability `p`. Clopper and Pearson's lower bound of a rate lies
 * above `p` exactly where this is below the bound's doubt. Exact to 10 digits up to a variance of 1000, from there to 10 % down to 1e-5.
 */
export const atLeastP = (hits: number, n: number, p: number): number => {
  if (hits <= 0) return 1;
  if (hits > n || p <= 0) return 0;
  if (p >= 1) return 1;
  const variance = n * p * (1 - p);
  if (variance > MUCH_VARIANCE) return normalTail((hits - 0.5 - n * p) / Math.sqrt(variance));
  return incompleteBeta(p, hits, n - hits + 1);
};

/** How often at most `hits` of `n` hit: the upper bound lies below `p` exactly where this is below its doubt. As exact as `atLeastP`. */
export const atMostP = (hits: number, n: number, p: number): number => atLeastP(n - hits, n, 1 - p);
