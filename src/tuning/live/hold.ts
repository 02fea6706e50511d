import type { GuardOptions } from './options.ts';

const S = 1000;

/** How long the highest clock holds after a breach: twice as long with each that comes soon after another. */
export class Hold {
  readonly #options: GuardOptions;
  #level = 0;
  #untilMs = -Infinity;
  #forgivable = false;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  over(nowMs: number): boolean {
    return nowMs >= this.#untilMs;
  }

  /** @returns for how many seconds */
  breach(nowMs: number): number {
    const { holdS, mostHoldS, forgetS } = this.#options;
    this.#level = nowMs - this.#untilMs > forgetS * S ? 1 : this.#level + 1;
    this.#forgivable = true;
    return this.#until(Math.min(mostHoldS, holdS * 2 ** (this.#level - 1)), nowMs);
  }

  /** Not tuning's doing: held once, and not counted. @returns for how many seconds */
  pauseBase(nowMs: number): number {
    this.#forgivable = false;
    return this.#until(this.#options.holdS, nowMs);
  }

  /** Until its cause is gone, and no longer. */
  pause(nowMs: number): void {
    this.#forgivable = false;
    this.#untilMs = Math.max(this.#untilMs, nowMs);
  }

  /** The breach was not tuning's after all. @returns whether that is news */
  forgive(): boolean {
    if (!this.#forgivable) return false;
    this.#forgivable = false;
    this.#level = Math.max(0, this.#level - 1);
    return true;
  }

  #until(forS: number, nowMs: number): number {
    this.#untilMs = nowMs + forS * S;
    return forS;
  }
}
