/** Who may set the clocks of this device, and until when. Knows no timers: whoever owns it passes the time. */
export class LeaseBook {
  #token = 0;
  #holder: string | null = null;
  #ttlMs = 0;
  #expiresAtMs = 0;

  /** @returns the fencing token; null while another holder's lease lives. The same holder's older token becomes stale. */
  acquire(holder: string, ttlMs: number, nowMs: number): number | null {
    if (this.#lives(nowMs) && this.#holder !== holder) return null;
    this.#token += 1;
    this.#holder = holder;
    this.#ttlMs = ttlMs;
    this.#expiresAtMs = nowMs + ttlMs;
    return this.#token;
  }

  /** Extends the lease by its ttl. False for a stale token or one that has expired. */
  renew(token: number, nowMs: number): boolean {
    if (!this.holds(token, nowMs)) return false;
    this.#expiresAtMs = nowMs + this.#ttlMs;
    return true;
  }

  holds(token: number, nowMs: number): boolean {
    return token === this.#token && this.#lives(nowMs);
  }

  /** True when this token's lease was alive and is over now: the clock has to be given back. */
  release(token: number, nowMs: number): boolean {
    if (!this.holds(token, nowMs)) return false;
    this.#holder = null;
    return true;
  }

  /** True once, when the lease has run out: the clock has to be given back. */
  expire(nowMs: number): boolean {
    if (this.#holder === null || this.#lives(nowMs)) return false;
    this.#holder = null;
    return true;
  }

  /** When the living lease runs out; null without one. */
  expiresAtMs(): number | null {
    return this.#holder === null ? null : this.#expiresAtMs;
  }

  #lives(nowMs: number): boolean {
    return this.#holder !== null && nowMs < this.#expiresAtMs;
  }
}
