import { PREFIX_BLOCK_TOKENS, type PolicyRequest } from '../domain/request.ts';

/** Blocks remembered per instance when nobody says otherwise: half a million tokens, what such a card holds of an 8B model. */
export const PREFIX_BOOK_BLOCKS = 1024;

/**
 * Which prompt beginnings an instance has computed and may still hold, as far as one can tell from what was sent there.
 * The least recently used are forgotten first, so memory is bounded like the cache that it follows.
 */
export class PrefixBook {
  readonly #blocks: number;
  // A Map keeps the order of insertion: the oldest entry is the first.
  readonly #held = new Map<string, Map<string, true>>();

  /** @param blocks per instance; 0 remembers nothing */
  constructor(blocks = PREFIX_BOOK_BLOCKS) {
    this.#blocks = blocks;
  }

  /** Tokens at the beginning of the prompt that the instance need not compute. Never all: the last one has to be run. */
  cachedTokens(instance: string, { prefix, promptTokens }: PolicyRequest): number {
    const held = prefix && this.#held.get(instance);
    if (!held) return 0;
    let blocks = 0;
    while (blocks < prefix.length && held.has(prefix[blocks]!)) blocks++;
    return Math.max(0, Math.min(blocks * PREFIX_BLOCK_TOKENS, promptTokens - 1));
  }

  /** Blocks remembered of an instance. */
  sizeOf(instance: string): number {
    return this.#held.get(instance)?.size ?? 0;
  }

  /** The request goes there. Later blocks count as older: without what precedes it a block is worth nothing. */
  sent(instance: string, { prefix }: PolicyRequest): void {
    if (!prefix || this.#blocks === 0) return;
    const held = this.#held.get(instance) ?? new Map<string, true>();
    this.#held.set(instance, held);
    for (let i = Math.min(prefix.length, this.#blocks) - 1; i >= 0; i--) {
      held.delete(prefix[i]!);
      held.set(prefix[i]!, true);
    }
    for (const oldest of held.keys()) {
      if (held.size <= this.#blocks) return;
      held.delete(oldest);
    }
  }
}
