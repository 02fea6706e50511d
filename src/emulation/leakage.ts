import type { GpuCard } from '../domain/cards.ts';

/** Power is averaged over so long before the temperature follows: far below any thermal constant. */
const BLOCK_MS = 1000;
const MS_PER_S = 1000;

/**
 * What a GPU's leakage adds to its modelled power while its temperature is on the way to where that power will bring it. A card's
 * figures are those of steady states, so nothing is added there: a GPU just loaded draws less than modelled, one just idle more. The
 * temperature is told by the power of the recent past, forgotten with the card's constant; it costs nothing per iteration.
 */
export class Leakage {
  readonly #constantMs: number;
  /** Watts added per watt that the recent past lies above the present. */
  readonly #share: number;
  #recentW: number;
  #sinceMs: number;
  /** Modelled energy until `#sinceMs`, and what leakage added until then. */
  #modelledJ = 0;
  #addedJ = 0;

  /** @param startW modelled power before the start, all GPUs of the instance */
  constructor({ power, thermal }: GpuCard, startW: number, startMs: number) {
    this.#constantMs = (thermal?.constantS ?? 1) * MS_PER_S;
    this.#share = ((thermal?.leakagePct ?? 0) / 100) * (power.idleW.at(-1)![1] / power.limitW);
    this.#recentW = startW;
    this.#sinceMs = startMs;
  }

  /** Modelled power changes; `modelledJ` is its energy until now. Lets the temperature follow when it is time, or when `resting` begins. */
  changed(modelledJ: number, resting: boolean, nowMs: number): void {
    if (this.#share === 0 || (!resting && nowMs - this.#sinceMs < BLOCK_MS)) return;
    const meanW = this.#meanW(modelledJ, nowMs);
    this.#addedJ = this.addedJ(modelledJ, nowMs);
    this.#recentW = meanW + (this.#recentW - meanW) * Math.exp(-(nowMs - this.#sinceMs) / this.#constantMs);
    this.#sinceMs = nowMs;
    this.#modelledJ = modelledJ;
  }

  /** Joules added since the start. */
  addedJ(modelledJ: number, nowMs: number): number {
    if (this.#share === 0 || nowMs <= this.#sinceMs) return this.#addedJ;
    const aboveW = this.#recentW - this.#meanW(modelledJ, nowMs);
    const wornOff = -Math.expm1(-(nowMs - this.#sinceMs) / this.#constantMs);
    return this.#addedJ + (this.#share * aboveW * this.#constantMs * wornOff) / MS_PER_S;
  }

  /** Watts added now to a modelled power that holds. */
  addedW(powerW: number, modelledJ: number, nowMs: number): number {
    if (this.#share === 0) return 0;
    const meanW = this.#meanW(modelledJ, nowMs);
    const recentW = meanW + (this.#recentW - meanW) * Math.exp(-(nowMs - this.#sinceMs) / this.#constantMs);
    return this.#share * (recentW - powerW);
  }

  #meanW(modelledJ: number, nowMs: number): number {
    const ms = nowMs - this.#sinceMs;
    return ms > 0 ? ((modelledJ - this.#modelledJ) / ms) * MS_PER_S : this.#recentW;
  }
}
