import type { Random } from '../ports/random.ts';
import type { EmpiricalArrivals } from './card.ts';
import { quantileAt } from './quantile-table.ts';

/** Uniform in (0, 1]: safe under a logarithm. */
const positive = (random: Random): number => 1 - random.next();

const drawNormal = (random: Random): number => Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random.next());

/** Gamma with `shape` >= 1 and scale 1: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
const drawGammaFromOne = (shape: number, random: Random): number => {
  const d = shape - 1 / 3;
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(positive(random)) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
};

const drawGamma = (shape: number, random: Random): number => {
  if (shape === 1) return -Math.log(positive(random));
  if (shape > 1) return drawGammaFromOne(shape, random);
  return drawGammaFromOne(shape + 1, random) * positive(random) ** (1 / shape);
};

/**
 * One gap between arrivals, in units of the mean gap: gamma with mean 1. The rate only scales it, so that the same
 * stream of numbers gives the same pattern at every rate.
 * @param burstiness the gamma's shape: 1 = Poisson, below 1 = burstier, above 1 = more even
 */
export const drawRelativeGap = (burstiness: number, random: Random): number => drawGamma(burstiness, random) / burstiness;

/** One gap between arrivals as a trace had them, in units of the mean gap, each drawn for itself: bursts and pauses keep their sizes, not their order. */
export const drawEmpiricalGap = ({ probabilities, gapQuantiles }: EmpiricalArrivals, random: Random): number =>
  quantileAt(probabilities, gapQuantiles, random.next());
