/** Exponentially forgetting estimates. Time is a parameter, so that virtual and real time work alike. */

/** After so many time constants, what `exp` leaves of the start is nothing to a double. */
const LONG_PAST = 40;
/** A silence of so many mean gaps is no accident of a Poisson stream (5 % of them): the rate has fallen. */
const SILENT_GAPS = 3;
/** Events this close are one group: whoever lets groups form sends them at once. */
const GROUP_MS = 2;

/**
 * Events per second with a memory of `tauMs`. Corrected for its own start, so that early answers are not too low, and
 * for silence, so that the end of a stream shows long before the memory has faded.
 */
export class RateEstimate {
  readonly #tauMs: number;
  #weight = 0;
  /** Of groups: the gaps between these tell what a silence means. */
  #groups = 0;
  #groupAtMs = -Infinity;
  #sinceMs: number | null = null;
  #atMs = 0;

  constructor(tauMs: number) {
    this.#tauMs = tauMs;
  }

  add(nowMs: number): void {
    this.#sinceMs ??= nowMs;
    const left = Math.exp(-(nowMs - this.#atMs) / this.#tauMs);
    const opens = nowMs - this.#groupAtMs > GROUP_MS;
    this.#weight = this.#weight * left + 1;
    this.#groups = this.#groups * left + (opens ? 1 : 0);
    if (opens) this.#groupAtMs = nowMs;
    this.#atMs = nowMs;
  }

  perS(nowMs: number): number {
    if (this.#sinceMs === null) return 0;
    const silentMs = nowMs - this.#atMs;
    const weight = this.#weight * Math.exp(-silentMs / this.#tauMs);
    // At least half of the memory: the first few arrivals are not a rate.
    const seenMs = Math.max(nowMs - this.#sinceMs, this.#tauMs / 2);
    const seen = seenMs > LONG_PAST * this.#tauMs ? 1 : 1 - Math.exp(-seenMs / this.#tauMs);
    const perMs = weight / (this.#tauMs * seen);
    const groupSize = this.#weight / this.#groups;
    return 1000 * Math.min(perMs, silentMs > 0 ? (groupSize * SILENT_GAPS) / silentMs : Infinity);
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
  /** In the order in which they came, the next place to fill being that of the oldest. */
  readonly #values: Float64Array;
  readonly #ascending: Float64Array;
  #count = 0;
  #next = 0;

  constructor(size: number) {
    this.#values = new Float64Array(size);
    this.#ascending = new Float64Array(size);
  }

  add(value: number): void {
    const full = this.#count === this.#values.length;
    // The hole that the new value moves to its place: that of the oldest, or a new one at the end.
    let hole = full ? this.#place(this.#values[this.#next]!) : this.#count++;
    const ascending = this.#ascending;
    for (; hole > 0 && ascending[hole - 1]! > value; hole--) ascending[hole] = ascending[hole - 1]!;
    for (; hole < this.#count - 1 && full && ascending[hole + 1]! < value; hole++) ascending[hole] = ascending[hole + 1]!;
    ascending[hole] = value;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
  }

  /** Nearest rank, or `fallback` before the first value. */
  quantile(p: number, fallback: number): number {
    const count = this.#count;
    if (count === 0) return fallback;
    return this.#ascending[Math.min(count, Math.max(1, Math.ceil(p * count))) - 1]!;
  }

  /** Where the value is among the ascending ones. */
  #place(value: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ascending[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
