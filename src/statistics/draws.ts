import type { Uniform } from './random.ts';

/** An integer in [0, below). */
export const drawIndex = (random: Uniform, below: number): number => Math.floor(random.next() * below);

/** `1 - next()` lies in (0, 1], where the logarithm is finite. */
export const drawExponential = (random: Uniform, mean: number): number => -mean * Math.log(1 - random.next());

/** Box and Muller; the second value is dropped so that every draw takes exactly two uniforms. */
export const drawNormal = (random: Uniform, mean: number, standardDeviation: number): number => {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return mean + standardDeviation * radius * Math.cos(2 * Math.PI * random.next());
};

/** Marsaglia and Tsang (2000), for shapes of 1 and more. */
const drawGammaFromOne = (random: Uniform, shape: number): number => {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random, 0, 1);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
};

/**
 * Gamma with the given shape and mean: an arrival gap whose burstiness is `shape` (1 = exponential).
 * @throws RangeError unless shape and mean are finite and > 0
 */
export const drawGamma = (random: Uniform, shape: number, mean: number): number => {
  if (!(shape > 0 && mean > 0 && Number.isFinite(shape * mean)))
    throw new RangeError(`A gamma draw needs a shape and a mean > 0, got ${shape} and ${mean}`);
  const scale = mean / shape;
  if (shape >= 1) return scale * drawGammaFromOne(random, shape);
  // Below one the density is unbounded at 0: draw one shape higher and scale down (same paper, section 6).
  return scale * drawGammaFromOne(random, shape + 1) * (1 - random.next()) ** (1 / shape);
};
