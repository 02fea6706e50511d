const WINDOW_MS = 1000;

/**
 * At most `perS` transitions in any second. The last one of a second is kept for going faster: a slow-down may
 * wait, a missed deadline may not.
 */
export class TransitionLimit {
  readonly #perS: number;
  #recentMs: number[] = [];

  constructor(perS: number) {
    if (!(perS > 0)) throw new RangeError(`transitions per second must be > 0, got ${perS}`);
    this.#perS = perS;
  }

  allows(direction: 'up' | 'down', nowMs: number): boolean {
    const windowMs = this.#perS >= 1 ? WINDOW_MS : WINDOW_MS / this.#perS;
    const most = Math.max(1, Math.floor(this.#perS));
    this.#recentMs = this.#recentMs.filter((atMs) => nowMs - atMs < windowMs);
    const room = most - this.#recentMs.length;
    return direction === 'up' || most === 1 ? room > 0 : room > 1;
  }

  count(nowMs: number): void {
    this.#recentMs.push(nowMs);
  }
}
