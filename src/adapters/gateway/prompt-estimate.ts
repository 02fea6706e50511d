/** English text under a current tokenizer. */
const USUAL_BYTES_PER_TOKEN = 4;
/** What an observation keeps of its weight with each later one: about the last fifty count. */
const KEPT = 0.98;

/** Guesses prompt tokens from a body's bytes, and learns the ratio from what engines report. */
export interface PromptEstimator {
  /** At least 1. */
  estimate(bodyBytes: number): number;
  learn(bodyBytes: number, promptTokens: number): void;
}

/**
 * Fading sums of bytes and of tokens, divided at the end: a mean of ratios would let short prompts count as much as
 * long ones. The first guess weighs as much as one observation of the first one's size.
 */
export const createPromptEstimator = (bytesPerToken: number = USUAL_BYTES_PER_TOKEN): PromptEstimator => {
  let sumBytes = 0;
  let sumTokens = 0;
  return {
    estimate: (bodyBytes) => Math.max(1, Math.round(sumTokens === 0 ? bodyBytes / bytesPerToken : (bodyBytes * sumTokens) / sumBytes)),
    learn(bodyBytes, promptTokens) {
      if (!(bodyBytes > 0 && promptTokens > 0)) return;
      if (sumTokens === 0) {
        sumBytes = bodyBytes;
        sumTokens = bodyBytes / bytesPerToken;
      }
      sumBytes = sumBytes * KEPT + bodyBytes;
      sumTokens = sumTokens * KEPT + promptTokens;
    },
  };
};
