import type { Random } from '../ports/random.ts';
import type { WorkloadCard } from './card.ts';
import { quantileAt } from './quantile-table.ts';

export interface Lengths {
  readonly promptTokens: number;
  readonly maxTokens: number;
}

const wholeTokens = (value: number): number => Math.max(1, Math.round(value));

/** Draws one request's lengths, always with two numbers of `random`, so that request n has the same ones at every rate. */
export const drawLengths = (card: WorkloadCard, random: Random): Lengths => {
  const promptP = random.next();
  const outputP = random.next();
  const bins = card.outputTokensByPromptBin;
  const outputTokens = bins[Math.floor(promptP * bins.length)] as readonly number[];
  return {
    promptTokens: wholeTokens(quantileAt(card.probabilities, card.promptTokens, promptP)),
    maxTokens: wholeTokens(quantileAt(card.probabilities, outputTokens, outputP)),
  };
};
