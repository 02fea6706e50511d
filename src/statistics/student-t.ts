import { incompleteBeta, logGamma } from './incomplete-beta.ts';

const PRECISION = 1e-14;

/** Beyond this the distribution is normal to five digits, and the fraction would need ever more steps. */
const MANY = 1e5;

/**
 * How often Student's t lies at least as far from 0 as `t`, on either side.
 * @param df degrees of freedom; Infinity is the normal distribution
 */
export const twoSidedP = (t: number, df: number): number => {
  if (!(df > 0)) throw new RangeError(`Degrees of freedom are > 0, got ${df}`);
  const n = Math.min(df, MANY);
  return incompleteBeta(n / (n + t * t), n / 2, 0.5);
};

/** Density of Student's t; twice it is how fast both tails shrink. */
const density = (t: number, df: number): number =>
  Math.exp(logGamma((df + 1) / 2) - logGamma(df / 2) - ((df + 1) / 2) * Math.log1p((t * t) / df)) / Math.sqrt(df * Math.PI);

const MOST_NEWTON = 100;

/**
 * The t that is exceeded on either side together with probability `p` in (0, 1): 1.96 for 0.05 and many degrees of freedom.
 * Newton's steps from 0: both tails together fall ever more slowly, so that no step can go too far.
 */
export const criticalT = (p: number, df: number): number => {
  if (!(p > 0 && p < 1)) throw new RangeError(`A probability of both sides lies in (0, 1), got ${p}`);
  let t = 0;
  for (let i = 0; i < MOST_NEWTON; i += 1) {
    const step = (twoSidedP(t, df) - p) / (2 * density(t, Math.min(df, MANY)));
    t += step;
    if (step <= PRECISION * t) break;
  }
  return t;
};
