/** How often it is looked at: far shorter than an overload that lasts. */
const EVERY_MS = 100;

/**
 * Whether the fleet has had more load than it serves in time for so long that it is no rush. Somebody late is the sign, and a time of it
 * without a pause: rates and lengths are known too roughly to tell 105 % of a fleet's capacity from 95 %.
 */
export class Overload {
  #sinceMs: number | null = null;
  #lookedMs = -Infinity;

  /** @param anyLate whether an instance misses the SLO even at its highest clock; asked now and then */
  lasts(nowMs: number, overloadMs: number, anyLate: () => boolean): boolean {
    if (nowMs - this.#lookedMs >= EVERY_MS) {
      this.#lookedMs = nowMs;
      this.#sinceMs = anyLate() ? (this.#sinceMs ?? nowMs) : null;
    }
    return this.#sinceMs !== null && nowMs - this.#sinceMs >= overloadMs;
  }
}
