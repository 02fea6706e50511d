import { incompleteBeta } from './incomplete-beta.ts';
import { criticalT } from './student-t.ts';

/** A part of a sample whose members share their fate: so many of so many. */
export interface Cluster {
  readonly met: number;
  readonly of: number;
}

/** One-sided bounds of a fraction. */
export interface ProportionBound {
  readonly lower: number;
  readonly upper: number;
}

const NOTHING_KNOWN: ProportionBound = { lower: 0, upper: 1 };
const HALVINGS = 40;

/** The x with I_x(a, b) = p. The function rises all the way: halving cannot miss it. */
const betaQuantile = (p: number, a: number, b: number): number => {
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/**
 * Clopper and Pearson's exact bounds, each of which holds with this confidence. Neither need be whole: `of` may be an effective size.
 */
export const exactBound = (met: number, of: number, confidence: number): ProportionBound => ({
  lower: met <= 0 ? 0 : betaQuantile(1 - confidence, met, of - met + 1),
  upper: met >= of ? 1 : betaQuantile(confidence, met + 1, of - met),
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Squared standard error of the ratio estimator over clusters of unequal size (Cochran, Sampling Techniques, 6.3). */
function ratioVariance(clusters: readonly Cluster[], fraction: number, of: number): number {
  const squares = sum(clusters.map((cluster) => (cluster.met - fraction * cluster.of) ** 2));
  return ((clusters.length / (clusters.length - 1)) * squares) / of ** 2;
}

/** How many independent members would tell as much, and no more than there are; smaller still because few clusters know their own spread badly. */
function effectiveSize(clusters: readonly Cluster[], fraction: number, of: number, confidence: number): number {
  const variance = ratioVariance(clusters, fraction, of);
  if (variance === 0) return of;
  const bothSides = 2 * (1 - confidence);
  const doubt = (criticalT(bothSides, Math.max(1, of - 1)) / criticalT(bothSides, clusters.length - 1)) ** 2;
  return Math.min(of, ((fraction * (1 - fraction)) / variance) * doubt);
}

/**
 * Bounds of a fraction from clusters of dependent members, each of which holds with this confidence: Korn and Graubard's (Survey
 * Methodology 24, 1998), Clopper and Pearson's of the effective size. Never narrower than if all members were independent. One
 * cluster alone says nothing about how alike its members are: [0, 1].
 * @param clusters empty ones are left out
 * @param confidence one-sided, above 0.5 and below 1
 */
export function clusteredBound(clusters: readonly Cluster[], confidence: number): ProportionBound {
  if (!(confidence > 0.5 && confidence < 1)) throw new RangeError(`A one-sided confidence lies in (0.5, 1), got ${confidence}`);
  const filled = clusters.filter((cluster) => cluster.of > 0);
  if (filled.length < 2) return NOTHING_KNOWN;
  const of = sum(filled.map((cluster) => cluster.of));
  const fraction = sum(filled.map((cluster) => cluster.met)) / of;
  const size = effectiveSize(filled, fraction, of, confidence);
  return exactBound(fraction * size, size, confidence);
}
