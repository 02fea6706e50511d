import type { Prediction, Predictor } from '../../prediction/predictor.ts';

const MS_PER_S = 1000;
const STEP_TOKENS = 16;
const MOST_TOKENS = 16_384;
const STEPS = MOST_TOKENS / STEP_TOKENS + 1;
/** Prompts of a batch beyond these make no difference that counts. */
const MOST_PROMPTS = 4;

/** Energy of an iteration above an instance that idles at its lowest clock (J). */
export const joulesOf = ({ powerW, latencyMs }: Prediction, floorW: number): number => ((powerW - floorW) * latencyMs) / MS_PER_S;

/**
 * Time and energy of the prefill batches of one instance at a few clocks, remembered: a decision asks every instance.
 * Tokens are rounded up to a step and prompts down to a few, so that neither is ever told too small.
 */
export class PrefillBatches {
  readonly clocksMhz: readonly number[];
  readonly #predictor: Predictor;
  readonly #floorW: number;
  /** By the number of prompts; by clock, then by step: time and energy. */
  readonly #tables: (Float64Array | undefined)[] = [];

  constructor(predictor: Predictor, clocksMhz: readonly number[], floorW: number) {
    this.#predictor = predictor;
    this.clocksMhz = clocksMhz;
    this.#floorW = floorW;
  }

  /** @param clock its place in `clocksMhz` */
  latencyMs(prompts: number, tokens: number, clock: number): number {
    if (tokens > MOST_TOKENS) return this.#predict(prompts, tokens, clock).latencyMs;
    return this.#table(prompts)[this.#place(prompts, tokens, clock)]!;
  }

  /** Above an instance that idles at its lowest clock (J). */
  joules(prompts: number, tokens: number, clock: number): number {
    if (tokens > MOST_TOKENS) return joulesOf(this.#predict(prompts, tokens, clock), this.#floorW);
    return this.#table(prompts)[this.#place(prompts, tokens, clock) + 1]!;
  }

  /** Where the pair stands, filled. */
  #place(prompts: number, tokens: number, clock: number): number {
    const step = Math.ceil(tokens / STEP_TOKENS);
    const at = 2 * (clock * STEPS + step);
    const table = this.#table(prompts);
    if (Number.isNaN(table[at]!)) {
      const prediction = this.#predict(Math.min(prompts, MOST_PROMPTS), Math.max(1, step) * STEP_TOKENS, clock);
      table[at] = prediction.latencyMs;
      table[at + 1] = joulesOf(prediction, this.#floorW);
    }
    return at;
  }

  #table(prompts: number): Float64Array {
    const row = Math.min(prompts, MOST_PROMPTS);
    return (this.#tables[row] ??= new Float64Array(2 * STEPS * this.clocksMhz.length).fill(NaN));
  }

  #predict(batch: number, tokens: number, clock: number): Prediction {
    return this.#predictor.predict({ batch, tokens }, this.clocksMhz[clock]!);
  }
}
