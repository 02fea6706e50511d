import { probit } from 'simple-statistics';
import { PROBABILITIES, type About } from './build-card.ts';
import type { WorkloadCard } from './card.ts';
import { tableMean } from './quantile-table.ts';

export interface LognormalLengths {
  readonly meanTokens: number;
  /** Standard deviation of the logarithm. */
  readonly sigma: number;
}

/** A lognormal has no longest value: the table ends at what one request in ten thousand exceeds. */
const LAST_PROBABILITY = 0.9999;

/** Scaled so that the table's own mean, cut tail included, is the mean asked for. */
const quantiles = ({ meanTokens, sigma }: LognormalLengths): number[] => {
  const shape = PROBABILITIES.map((probability) =>
    probability === 0 ? 0 : Math.exp(sigma * probit(Math.min(probability, LAST_PROBABILITY))),
  );
  const scale = meanTokens / tableMean(PROBABILITIES, shape);
  return shape.map((value) => Math.max(1, Math.round(value * scale)));
};

/** A card for a data set of which only the means are known: lognormal lengths, answers independent of prompts, no arrivals. */
export const buildLognormalCard = (about: About, prompt: LognormalLengths, output: LognormalLengths): WorkloadCard => ({
  schemaVersion: 1,
  kind: 'workload',
  id: about.id,
  name: about.name,
  source: about.source,
  licence: about.licence,
  evidence: 'assumed-shape',
  requests: null,
  meanPromptTokens: prompt.meanTokens,
  meanOutputTokens: output.meanTokens,
  probabilities: PROBABILITIES,
  promptTokens: quantiles(prompt),
  outputTokensByPromptBin: [quantiles(output)],
});
