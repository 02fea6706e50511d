/** KV room of one instance, in tokens. Reserving beyond the capacity is the caller's bug, so it throws. */
export class KvPool {
  readonly capacityTokens: number;
  readonly #held = new Map<string, number>();
  #usedTokens = 0;

  constructor(capacityTokens: number) {
    this.capacityTokens = Math.max(0, capacityTokens);
  }

  get usedTokens(): number {
    return this.#usedTokens;
  }

  fits(tokens: number): boolean {
    return this.#usedTokens + tokens <= this.capacityTokens;
  }

  /** Holds `tokens` for a request, in place of what it held before. */
  hold(id: string, tokens: number): void {
    const next = this.#usedTokens - (this.#held.get(id) ?? 0) + tokens;
    if (next > this.capacityTokens) throw new RangeError(`KV pool of ${this.capacityTokens} tokens cannot hold ${next}`);
    this.#held.set(id, tokens);
    this.#usedTokens = next;
  }

  heldBy(id: string): number {
    return this.#held.get(id) ?? 0;
  }

  free(id: string): void {
    this.#usedTokens -= this.#held.get(id) ?? 0;
    this.#held.delete(id);
  }
}

/** How long the KV of a prompt takes from a prefill to a decode instance. */
export const kvTransferMs = (tokens: number, bytesPerToken: number, link: { GBps: number; setupMs: number }): number =>
  link.setupMs + (tokens * bytesPerToken) / (link.GBps * 1e6);
