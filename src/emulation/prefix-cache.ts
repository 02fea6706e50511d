import { PREFIX_BLOCK_TOKENS } from '../domain/request.ts';

/** Blocks of prompts whose KV a prefill instance still holds: the least recently used one leaves first. */
export class PrefixCache {
  // A Set keeps the order of insertion: whoever is used is put in anew.
  readonly #blocks = new Set<string>();

  get tokens(): number {
    return this.#blocks.size * PREFIX_BLOCK_TOKENS;
  }

  /** Tokens of the leading blocks that are here, less than the prompt: its last token is always computed. */
  match(prefix: readonly string[], promptTokens: number): number {
    let blocks = 0;
    while (blocks < prefix.length && this.#blocks.has(prefix[blocks]!)) blocks++;
    return Math.max(0, Math.min(blocks * PREFIX_BLOCK_TOKENS, promptTokens - 1));
  }

  /** The last blocks are put in first, so that a beginning stays longer than what follows it. */
  keep(prefix: readonly string[]): void {
    for (let at = prefix.length - 1; at >= 0; at--) {
      this.#blocks.delete(prefix[at]!);
      this.#blocks.add(prefix[at]!);
    }
  }

  shrinkTo(tokens: number): void {
    for (const block of this.#blocks) {
      if (this.tokens <= tokens) return;
      this.#blocks.delete(block);
    }
  }
}
