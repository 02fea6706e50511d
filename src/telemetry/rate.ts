/** Exponentially forgetting estimates. Time is a parameter, so that virtual and real time work alike. */

/** A silence of so many mean gaps is no accident of a Poisson stream (5 % of them): the rate has fallen. */
const SILENT_GAPS = 3;

/**
 * Events per second with a memory of `tauMs`. Corrected for its own start, so that early answers are not too low, and
 * for silence, so that the end of a stream shows long before the memory has faded.
 */
export class RateEstimate {
  readonly #tauMs: number;
  #weight = 0;
  #sinceMs: number | null = null;
  #atMs = 0;

  constructor(tauMs: number) {
    this.#tauMs = tauMs;
  }

  add(nowMs: number): void {
    this.#sinceMs ??= nowMs;
    this.#weight = this.#weight * Math.exp(-(nowMs - this.#atMs) / this.#tauMs) + 1;
    this.#atMs = nowMs;
  }

  perS(nowMs: number): number {
    if (this.#sinceMs === null) return 0;
    const silentMs = nowMs - this.#atMs;
    const weight = this.#weight * Math.exp(-silentMs / this.#tauMs);
    // At least half of the memory: the first few arrivals are not a rate.
    const seenMs = Math.max(nowMs - this.#sinceMs, this.#tauMs / 2);
    const perMs = weight / (this.#tauMs * (1 - Math.exp(-seenMs / this.#tauMs)));
    return 1000 * Math.min(perMs, silentMs > 0 ? SILENT_GAPS / silentMs : Infinity);
  }
}

/** A mean that forgets by count: the newest of about `memory` values. Null before the first. */
export class SmoothedMean {
  readonly #memory: number;
  #n = 0;
  #mean: number | null = null;

  constructor(memory: number) {
    this.#memory = memory;
  }

  add(value: number): void {
    this.#n = Math.min(this.#n + 1, this.#memory);
    this.#mean = (this.#mean ?? value) + (value - (this.#mean ?? value)) / this.#n;
  }

  get value(): number | null {
    return this.#mean;
  }
}

/** The newest values and their upper quantile: small, exact, enough for a control decision. */
export class RecentQuantile {
  readonly #values: number[] = [];
  readonly #size: number;
  #next = 0;
  #ascending: readonly number[] | null = null;

  constructor(size: number) {
    this.#size = size;
  }

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#size;
    this.#ascending = null;
  }

  /** Nearest rank, or `fallback` before the first value. */
  quantile(p: number, fallback: number): number {
    if (this.#values.length === 0) return fallback;
    const ascending = (this.#ascending ??= [...this.#values].sort((a, b) => a - b));
    return ascending[Math.min(ascending.length, Math.max(1, Math.ceil(p * ascending.length))) - 1]!;
  }
}
