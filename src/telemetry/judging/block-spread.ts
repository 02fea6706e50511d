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

/** J of blocks, NaN without a meter, and the sum that they are told over. One loop: resampling asks thousands of times. */
const sums = (blocks: readonly RunBlock[], over: Sum): { energyJ: number; counted: number } => {
  let [energyJ, counted] = [0, 0];
  for (const block of blocks) {
    energyJ += block.energyJ ?? NaN;
    counted += over(block);
  }
  return { energyJ, counted };
};

/** J over the sum, the idle extension included; null where there is none. */
const ratio = (blocks: readonly RunBlock[], over: Sum, extensionJ: number): number | null => {
  const { energyJ, counted } = sums(blocks, over);
  return counted > 0 && energyJ > 0 ? (energyJ + extensionJ) / counted : null;
};

/** What each block adds to the ratio's logarithm. */
const residuals = (blocks: readonly RunBlock[], over: Sum): number[] => {
  const { energyJ, counted } = sums(blocks, over);
  const mean = energyJ / blocks.length;
  return blocks.map((block) => ((block.energyJ ?? NaN) - (energyJ / counted) * over(block)) / mean);
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
  const [{ blocks: a }, { blocks: b }] = runs;
  const draws = bootstrapDraws(random, a, b, (before, after) => {
    const [low, high] = [ratio(before, over, extensionsJ[0]), ratio(after, over, extensionsJ[1])];
    return low === null || high === null ? null : Math.log(high / low);
  });
  if (draws === null) return null;
  const blocks = Math.min(a.length, b.length);
  // Resampling n blocks shows (n - 1) / n of their variance.
  const variance = sampleVariance(draws) * (blocks / (blocks - 1)) * inflation(residuals(a, over), residuals(b, over));
  return { variance, df: blocks - 1 };
};
