import { kvCapacityTokens, type Device } from '../prediction/analytic/device.ts';

/** KV room of one instance, in tokens; who holds how many, the holders know. Reserving beyond the capacity is the caller's bug, so it throws. */
export class KvPool {
  readonly capacityTokens: number;
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

  /** @throws RangeError, taking nothing, when that many are not free */
  take(tokens: number): void {
    if (!this.fits(tokens)) throw new RangeError(`KV pool of ${this.capacityTokens} tokens cannot hold ${this.#usedTokens + tokens}`);
    this.#usedTokens += tokens;
  }

  /** @throws RangeError, changing nothing, for more than is taken */
  give(tokens: number): void {
    if (tokens > this.#usedTokens) throw new RangeError(`KV pool holds ${this.#usedTokens} tokens, not ${tokens}`);
    this.#usedTokens -= tokens;
  }
}

/** All the KV room that a device has. */
export const kvPoolOf = ({ gpu, model, engine, tp }: Device): KvPool => new KvPool(kvCapacityTokens(gpu, model, engine, tp));

/** How long the KV of a prompt takes from a prefill to a decode instance. */
export const kvTransferMs = (tokens: number, bytesPerToken: number, link: { GBps: number; setupMs: number }): number =>
  link.setupMs + (tokens * bytesPerToken) / (link.GBps * 1e6);
