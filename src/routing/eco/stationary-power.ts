import type { Predictor } from '../../prediction/predictor.ts';

/** Clocks tried for one rate: power is flat around its minimum. */
const LADDER_LENGTH = 12;
/** Rates and context lengths are rounded up to steps of this ratio: few enough to remember, and never told too low. */
const RATIO = 1.06;
const MOST_ROUNDS = 24;
/** Some thousand loads are met in a day; beyond that the memory starts anew. */
const MOST_CELLS = 4000;

const rounded = (value: number): number => Math.ceil(Math.log(value) / Math.log(RATIO) - 1e-9);
const valueAt = (step: number): number => RATIO ** step;

function ladderOf(clocksMhz: readonly number[]): readonly number[] {
  const last = clocksMhz.length - 1;
  if (last < LADDER_LENGTH) return clocksMhz;
  return Array.from({ length: LADDER_LENGTH }, (_, i) => clocksMhz[Math.round((i * last) / (LADDER_LENGTH - 1))]!);
}

/**
 * The least power that one decode instance can serve a sustained token rate with, within the ITL target. At a sustained rate
 * the batch answers the clock (Little's law), so every clock has its own batch: batch steps and the clock that the
 * promise needs are both inside.
 */
export class StationaryPower {
  readonly clocksMhz: readonly number[];
  readonly itlMs: number;
  /** With nothing running, at the lowest clock (watts). */
  readonly idleW: number;
  readonly #predictor: Predictor;
  readonly #ladderMhz: readonly number[];
  readonly #known = new Map<number, number>();
  /** The question before: instances alike are asked the same, one after the other. */
  #lastTokensPerMs = NaN;
  #lastContextTokens = NaN;
  #lastW = 0;

  constructor(predictor: Predictor, clocksMhz: readonly number[], itlMs: number) {
    this.clocksMhz = clocksMhz;
    this.itlMs = itlMs;
    this.#predictor = predictor;
    this.#ladderMhz = ladderOf(clocksMhz);
    this.idleW = predictor.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW;
  }

  /** Watts of the instance; Infinity where no clock sustains the rate within the target. */
  watts(tokensPerMs: number, contextTokens: number): number {
    if (tokensPerMs <= 0) return this.idleW;
    if (tokensPerMs === this.#lastTokensPerMs && contextTokens === this.#lastContextTokens) return this.#lastW;
    this.#lastTokensPerMs = tokensPerMs;
    this.#lastContextTokens = contextTokens;
    return (this.#lastW = this.#wattsOfSteps(rounded(tokensPerMs), rounded(Math.max(1, contextTokens))));
  }

  #wattsOfSteps(tokensStep: number, contextStep: number): number {
    const key = tokensStep * 4096 + contextStep;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_CELLS) this.#known.clear();
    const watts = this.#ask(valueAt(tokensStep), valueAt(contextStep));
    this.#known.set(key, watts);
    return watts;
  }

  #ask(tokensPerMs: number, contextTokens: number): number {
    let least = Infinity;
    for (const clockMhz of this.#ladderMhz) least = Math.min(least, this.#wattsAt(tokensPerMs, contextTokens, clockMhz));
    return least;
  }

  /** From below: latency does not fall with the batch, so this goes straight up to the first stable batch, or out of the target. */
  #wattsAt(tokensPerMs: number, contextTokens: number, clockMhz: number): number {
    let batch = 1;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { latencyMs, powerW, idleW } = this.#predictor.predict({ batch, tokens: batch * contextTokens }, clockMhz);
      if (latencyMs > this.itlMs) return Infinity;
      const requests = tokensPerMs * latencyMs;
      if (requests <= 1) return requests * powerW + (1 - requests) * idleW;
      const next = Math.ceil(requests);
      if (next <= batch) return powerW;
      batch = next;
    }
    return Infinity;
  }
}
