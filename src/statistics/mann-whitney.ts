import { cumulativeStdNormalProbability } from 'simple-statistics';

export interface MannWhitney {
  /** Of both sides. */
  readonly pValue: number;
  /** Cliff's delta: how much more often a candidate exceeds a baseline value than the other way round, from -1 to 1. */
  readonly delta: number;
}

/** Up to so many values together the distribution is counted out; beyond it is normal to three digits. */
const MOST_EXACT = 60;

/** Twice the U statistic of the second sample, so that ties stay whole numbers. */
const twiceU = (a: readonly number[], b: readonly number[]): number =>
  b.reduce((sum, y) => sum + a.reduce((wins, x) => wins + (y > x ? 2 : y === x ? 1 : 0), 0), 0);

/** Doubled midranks of all values, by value order. */
const doubledRanks = (values: readonly number[]): number[] => {
  const ascending = [...values].sort((x, y) => x - y);
  return ascending.map((value) => ascending.indexOf(value) + ascending.lastIndexOf(value) + 2);
};

/** How many ways of choosing `size` of the ranks give each doubled rank sum: the permutation distribution, ties included. */
const rankSums = (ranks: readonly number[], size: number): Map<number, number>[] => {
  const ways = Array.from({ length: size + 1 }, () => new Map<number, number>());
  ways[0]!.set(0, 1);
  ranks.forEach((rank) => {
    for (let chosen = size; chosen >= 1; chosen -= 1)
      for (const [sum, count] of ways[chosen - 1]!) ways[chosen]!.set(sum + rank, (ways[chosen]!.get(sum + rank) ?? 0) + count);
  });
  return ways;
};

const exactP = (a: readonly number[], b: readonly number[], distance: number): number => {
  const sums = rankSums(doubledRanks([...a, ...b]), b.length).at(-1)!;
  // A doubled rank sum is twice U and a constant.
  const offset = b.length * (b.length + 1) + a.length * b.length;
  let [far, all] = [0, 0];
  for (const [sum, count] of sums) {
    all += count;
    if (Math.abs(sum - offset) >= distance) far += count;
  }
  return far / all;
};

const normalP = (a: readonly number[], b: readonly number[], distance: number): number => {
  const [n, m] = [a.length, b.length];
  const counts = new Map<number, number>();
  for (const value of [...a, ...b]) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ties = [...counts.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  if (variance === 0) return 1;
  return 2 * (1 - cumulativeStdNormalProbability(Math.max(0, distance / 2 - 0.5) / Math.sqrt(variance)));
};

/** Mann and Whitney's U test with ties, exact for up to 60 values together. @throws RangeError for an empty sample */
export const mannWhitney = (baseline: readonly number[], candidate: readonly number[]): MannWhitney => {
  const pairs = baseline.length * candidate.length;
  if (pairs === 0) throw new RangeError('Both samples need values');
  const excess = twiceU(baseline, candidate) - pairs;
  const test = baseline.length + candidate.length <= MOST_EXACT ? exactP : normalP;
  return { pValue: test(baseline, candidate, Math.abs(excess)), delta: excess / pairs };
};
