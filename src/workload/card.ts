import { VoltanaError } from '../domain/errors.ts';

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
  /** Requests that the distribution was taken from. */
  readonly requests: number;
  /** Means of those requests: what the draws must come near to. */
  readonly meanPromptTokens: number;
  readonly meanOutputTokens: number;
  /** Ascending, from 0 to 1. */
  readonly probabilities: readonly number[];
  /** One value per probability, tokens. */
  readonly promptTokens: readonly number[];
  /** Outer: prompt bins from the shortest prompts to the longest. Inner: one value per probability, tokens. */
  readonly outputTokensByPromptBin: readonly (readonly number[])[];
}

const ascends = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] as number));

const problemOf = (card: WorkloadCard): string | null => {
  const { probabilities } = card;
  if (probabilities[0] !== 0 || probabilities.at(-1) !== 1 || !ascends(probabilities)) {
    return '"probabilities" must ascend from 0 to 1';
  }
  for (const values of [card.promptTokens, ...card.outputTokensByPromptBin]) {
    if (values.length !== probabilities.length) return `a table has ${values.length} values for ${probabilities.length} probabilities`;
    if (!ascends(values)) return 'the values of a quantile table must ascend';
  }
  return null;
};

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
