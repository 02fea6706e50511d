import type { RequestVerdict } from '../../domain/live-tuning.ts';

/** Governed, highest, highest, governed: what drifts over time falls on both alike. */
const PATTERN = [true, false, false, true] as const;
/** Blocks last so many times as long as requests do: a request that saw both sides counts for neither. */
const RESIDENCES = 6;
const LONGEST_BLOCK_S = 900;
const WEIGHT = 0.05;

/** Takes turns between governed and the highest clock, where there is nothing beside to compare with. */
export class Turns {
  readonly #blockMs: number;
  #residenceMs = 0;
  #sinceMs = 0;
  #block = 0;

  constructor(blockS: number) {
    this.#blockMs = blockS * 1000;
  }

  begin(nowMs: number): void {
    [this.#sinceMs, this.#block] = [nowMs, 0];
  }

  add({ arrivalMs, endMs }: RequestVerdict): void {
    const tookMs = endMs - arrivalMs;
    if (tookMs >= 0 && tookMs < Infinity) this.#residenceMs += WEIGHT * (tookMs - this.#residenceMs);
  }

  /** How long a block lasts now. */
  get blockMs(): number {
    return Math.max(this.#blockMs, Math.min(RESIDENCES * this.#residenceMs, LONGEST_BLOCK_S * 1000));
  }

  /** Whether it is the governed's turn. */
  governed(nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= this.blockMs) {
      this.#sinceMs = nowMs;
      this.#block = (this.#block + 1) % PATTERN.length;
    }
    return PATTERN[this.#block]!;
  }
}
