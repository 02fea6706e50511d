import type { Predictor } from '../../prediction/predictor.ts';

/** A search for the largest batch ends here; no engine runs more. */
const MOST_BATCH = 4096;
/** Context lengths are rounded to steps of this ratio: few enough to remember. */
const RATIO = 1.1;
const MOST_KNOWN = 256;

/** How many requests one decode instance can run within an ITL target at its highest clock. */
export class DecodeRoom {
  readonly clocksMhz: readonly number[];
  readonly itlMs: number;
  readonly #predictor: Predictor;
  readonly #known = new Map<number, number>();

  constructor(predictor: Predictor, clocksMhz: readonly number[], itlMs: number) {
    this.clocksMhz = clocksMhz;
    this.itlMs = itlMs;
    this.#predictor = predictor;
  }

  /** Whether the highest clock keeps the target for this very load. */
  keeps(batch: number, kvTokens: number): boolean {
    return this.#predictor.predict({ batch, tokens: kvTokens }, this.clocksMhz.at(-1)!).latencyMs <= this.itlMs;
  }

  /** The largest batch of requests of about such a length, KV room included; at least 1. */
  holds(tokensEach: number, kvCapacityTokens: number | null): number {
    const length = Math.round(Math.log(Math.max(1, tokensEach)) / Math.log(RATIO));
    let most = this.#known.get(length);
    if (most === undefined) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      most = this.#search(RATIO ** length);
      this.#known.set(length, most);
    }
    return kvCapacityTokens === null ? most : Math.max(1, Math.min(most, Math.floor(kvCapacityTokens / Math.max(1, tokensEach))));
  }

  #search(tokensEach: number): number {
    let low = 1;
    let high = MOST_BATCH;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.keeps(middle, middle * tokensEach)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
