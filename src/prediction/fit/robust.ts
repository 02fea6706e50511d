import { quantile } from '../../statistics/quantile.ts';

/** Of a normal distribution: standard deviation over median absolute deviation. */
const SIGMA_PER_MAD = 1.4826;

/** Standard deviation of the bulk of errors around zero: half of them may be wild. */
export const robustSigma = (errors: readonly number[]): number => SIGMA_PER_MAD * (quantile(errors.map(Math.abs), 0.5) ?? 0);

/** Sigmas at which the loss turns from square to straight. */
const TURN = 2;

/**
 * Square root of the pseudo-Huber loss, signed: least squares over it pulls with constant force from a few sigmas on, and beyond
 * `mostSigmas` not at all.
 */
export function softened(sigmas: number, mostSigmas = Infinity): number {
  const size = Math.min(Math.abs(sigmas), mostSigmas) / TURN;
  return Math.sign(sigmas) * Math.SQRT2 * TURN * Math.sqrt(Math.sqrt(1 + size * size) - 1);
}
