import { sampleVariance } from 'simple-statistics';
import type { RunBlock, RunRecord } from '../../domain/run-record.ts';
import { bootstrapDraws } from '../../statistics/bootstrap.ts';
import type { SeededRandom } from '../../statistics/random.ts';

type Sum = (block: RunBlock) => number;
/** Energy metrics are joules of blocks over a sum of them. */
const OVER: Readonly<Record<string, Sum>> = {
  'energy.total': () => 1,
  'energy.per_output_token': ({ outputTokens }) => outputTokens,
  'energy.per_request': ({ completed }) => completed,
  'power.mean': () => 1,
};

/** The blocks of a run, J and the sum that they are told over. NaN without a meter. */
interface Columns {
  readonly energyJ: Float64Array;
  readonly over: Float64Array;
}

const columnsOf = (blocks: readonly RunBlock[], over: Sum): Columns => ({
  energyJ: Float64Array.from(blocks, ({ energyJ }) => energyJ ?? NaN),
  over: Float64Array.from(blocks, over),
});

/** J over the sum of these blocks, the idle extension included; null where there is none. Resampling asks thousands of times. */
const ratio = ({ energyJ, over }: Columns, picks: Uint32Array, extensionJ: number): number | null => {
  let [joules, counted] = [0, 0];
  for (const pick of picks) {
    joules += energyJ[pick]!;
    counted += over[pick]!;
  }
  return counted > 0 && joules > 0 ? (joules + extensionJ) / counted : null;
};

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** What each block adds to the ratio's logarithm. */
const residuals = ({ energyJ, over }: Columns): number[] => {
  const joules = sumOf(energyJ);
  const perCount = joules / sumOf(over);
  return Array.from(energyJ, (blockJ, i) => (blockJ - perCount * over[i]!) / (joules / energyJ.length));
};

const MOST_CORRELATION = 0.8;

/** How much neighbouring blocks resemble each other, 0 to 0.8; few values show too little of it, which is made up for. */
const correlation = (values: readonly number[]): number => {
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  if (squares === 0) return 0;
  const products = values.slice(1).reduce((sum, value, i) => sum + value * values[i]!, 0);
  return Math.min(MOST_CORRELATION, Math.max(0, products / squares + 1 / values.length));
};

/** A drift makes neighbours alike: resampling would break it up and promise too much. Variance grows by this factor. */
const inflation = (baseline: readonly number[], candidate: readonly number[]): number => {
  const paired = baseline.length === candidate.length;
  const rho = paired
    ? correlation(candidate.map((value, i) => value - baseline[i]!))
    : Math.max(correlation(baseline), correlation(candidate));
  return (1 + rho) / (1 - rho);
};

/**
 * Variance of the logarithm of an energy metric's ratio between two runs, from the ups and downs within them.
 * @param extensionsJ what the baseline and the candidate would have drawn idle until the longer one ended
 * @returns null for no energy metric, without a meter, and for runs of fewer than five blocks
 */
export const blockVariance = (
  runs: readonly [RunRecord, RunRecord],
  name: string,
  extensionsJ: readonly [number, number],
  random: SeededRandom,
): { readonly variance: number; readonly df: number } | null => {
  const over = OVER[name];
  if (over === undefined) return null;
  const [a, b] = [columnsOf(runs[0].blocks, over), columnsOf(runs[1].blocks, over)];
  const counts = [a.over.length, b.over.length] as const;
  const draws = bootstrapDraws(random, counts, (before, after) => {
    const [low, high] = [ratio(a, before, extensionsJ[0]), ratio(b, after, extensionsJ[1])];
    return low === null || high === null ? null : Math.log(high / low);
  });
  if (draws === null) return null;
  const blocks = Math.min(...counts);
  // Resampling n blocks shows (n - 1) / n of their variance.
  const variance = sampleVariance(Array.from(draws)) * (blocks / (blocks - 1)) * inflation(residuals(a), residuals(b));
  return { variance, df: blocks - 1 };
};
