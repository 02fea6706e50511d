import { VoltanaError } from '../domain/errors.ts';
import { tableMean } from './quantile-table.ts';

/** Gaps between arrivals as a trace has them, in units of their mean: a rate only scales them. */
export interface EmpiricalArrivals {
  readonly kind: 'empirical';
  /** What to know before using them: rounded times, how they were measured. */
  readonly note?: string;
  /** Gaps that the table was taken from. */
  readonly gaps: number;
  /** Standard deviation over mean of those gaps: 1 for Poisson, above 1 for bursts. */
  readonly variation: number;
  /** Ascending, from 0 to 1, denser towards 1: the few longest gaps hold most of the variation. */
  readonly probabilities: readonly number[];
  /** One value per probability; their mean is 1. */
  readonly gapQuantiles: readonly number[];
}

/**
 * A workload's lengths as a joint distribution: the prompt's quantiles, and for each of several equally likely
 * prompt bins the output's quantiles, so that long prompts keep their own answers. Arrivals are drawn apart.
 */
export interface WorkloadCard {
  readonly schemaVersion: 1;
  readonly kind: 'workload';
  readonly id: string;
  readonly name: string;
  /** Where the numbers come from, to be cited. */
  readonly source: string;
  readonly licence: string;
  /** Taken from a trace, or a shape assumed around published means. */
  readonly evidence?: 'from-trace' | 'assumed-shape';
  /** Requests that the distribution was taken from; null for an assumed shape. */
  readonly requests: number | null;
  /** Means of those requests: what the draws must come near to. */
  readonly meanPromptTokens: number;
  readonly meanOutputTokens: number;
  /** Ascending, from 0 to 1. */
  readonly probabilities: readonly number[];
  /** One value per probability, tokens. */
  readonly promptTokens: readonly number[];
  /** Outer: prompt bins from the shortest prompts to the longest. Inner: one value per probability, tokens. */
  readonly outputTokensByPromptBin: readonly (readonly number[])[];
  /** Left out where no arrivals are known. */
  readonly arrivals?: EmpiricalArrivals;
}

/** How far a gap table's mean may be from 1: rounding. */
const MEAN_TOLERANCE = 0.005;

const ascends = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] as number));

const problemOfTables = (probabilities: readonly number[], tables: readonly (readonly number[])[], where: string): string | null => {
  if (probabilities[0] !== 0 || probabilities.at(-1) !== 1 || !ascends(probabilities)) {
    return `"${where}probabilities" must ascend from 0 to 1`;
  }
  for (const values of tables) {
    if (values.length !== probabilities.length)
      return `a table has ${values.length} values for ${probabilities.length} ${where}probabilities`;
    if (!ascends(values)) return 'the values of a quantile table must ascend';
  }
  return null;
};

const problemOfArrivals = ({ probabilities, gapQuantiles }: EmpiricalArrivals): string | null => {
  const problem = problemOfTables(probabilities, [gapQuantiles], 'arrivals.');
  if (problem !== null) return problem;
  const mean = tableMean(probabilities, gapQuantiles);
  return Math.abs(mean - 1) <= MEAN_TOLERANCE ? null : `the mean of "arrivals.gapQuantiles" must be 1, got ${mean}`;
};

const problemOf = ({ probabilities, promptTokens, outputTokensByPromptBin, arrivals }: WorkloadCard): string | null =>
  problemOfTables(probabilities, [promptTokens, ...outputTokensByPromptBin], '') ?? (arrivals ? problemOfArrivals(arrivals) : null);

/**
 * The rules that a JSON Schema cannot state.
 * @param card already valid by workload.schema.json
 * @throws VoltanaError FILE_MALFORMED naming `fileName`
 */
export const checkWorkloadCard = (card: WorkloadCard, fileName: string): WorkloadCard => {
  const problem = problemOf(card);
  if (problem !== null) throw new VoltanaError('FILE_MALFORMED', `${fileName}: ${problem}`);
  return card;
};
