/** English text under a current tokenizer. */
const USUAL_BYTES_PER_TOKEN = 4;
/** What an observation keeps of its weight with each later one: about the last fifty count. */
const KEPT = 0.98;
/** Adapters have names of their own; nobody has more of them in use than this. */
const MOST_MODELS = 256;

/** How good the guesses have been lately; null before the first. */
export interface EstimateQuality {
  readonly model: string;
  readonly bytesPerToken: number;
  /** Mean distance of a guess from the engine's count, in percent of it, and the same with its sign: above 0 is too much. */
  readonly errorPct: number | null;
  readonly biasPct: number | null;
  readonly observations: number;
}

/** Guesses prompt tokens from a prompt's bytes, and learns the ratio of each model from what engines report. */
export interface PromptEstimator {
  /** At least 1. */
  estimate(model: string, promptBytes: number): number;
  learn(model: string, promptBytes: number, promptTokens: number): void;
  quality(): EstimateQuality[];
}

/**
 * Fading sums of bytes and of tokens, divided at the end: a mean of ratios would let short prompts count as much as
 * long ones. The first guess weighs as much as one observation of the first one's size.
 */
class Ratio {
  readonly #guess: number;
  #bytes = 0;
  #tokens = 0;
  #weight = 0;
  #distance = 0;
  #bias = 0;
  #observations = 0;

  constructor(bytesPerToken: number) {
    this.#guess = bytesPerToken;
  }

  estimate(bytes: number): number {
    return Math.max(1, Math.round(this.#tokens === 0 ? bytes / this.#guess : (bytes * this.#tokens) / this.#bytes));
  }

  learn(bytes: number, tokens: number): void {
    const off = this.estimate(bytes) / tokens - 1;
    this.#weight = this.#weight * KEPT + 1;
    this.#distance = this.#distance * KEPT + Math.abs(off);
    this.#bias = this.#bias * KEPT + off;
    this.#observations += 1;
    if (this.#tokens === 0) {
      this.#bytes = bytes;
      this.#tokens = bytes / this.#guess;
    }
    this.#bytes = this.#bytes * KEPT + bytes;
    this.#tokens = this.#tokens * KEPT + tokens;
  }

  quality(model: string): EstimateQuality {
    const mean = (sum: number): number | null => (this.#weight === 0 ? null : (100 * sum) / this.#weight);
    const bytesPerToken = this.#tokens === 0 ? this.#guess : this.#bytes / this.#tokens;
    return { model, bytesPerToken, errorPct: mean(this.#distance), biasPct: mean(this.#bias), observations: this.#observations };
  }
}

export const createPromptEstimator = (bytesPerToken: number = USUAL_BYTES_PER_TOKEN): PromptEstimator => {
  const ratios = new Map<string, Ratio>();
  const unknown = new Ratio(bytesPerToken);
  const learned = (model: string): Ratio => {
    const known = ratios.get(model);
    if (known !== undefined) return known;
    const ratio = ratios.size < MOST_MODELS ? new Ratio(bytesPerToken) : unknown;
    if (ratio !== unknown) ratios.set(model, ratio);
    return ratio;
  };
  return {
    estimate: (model, promptBytes) => (ratios.get(model) ?? unknown).estimate(promptBytes),
    learn(model, promptBytes, promptTokens) {
      if (promptBytes > 0 && promptTokens > 0) learned(model).learn(promptBytes, promptTokens);
    },
    quality: () => [...ratios].map(([model, ratio]) => ratio.quality(model)),
  };
};
