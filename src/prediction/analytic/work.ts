import type { Role } from '../../domain/instance.ts';

/** What one engine iteration has to compute. */
export interface IterationWork {
  readonly phase: Role;
  /** Sequences that yield a token: lm_head rows, and the decode batch. */
  readonly sequences: number;
  /** Tokens that go through the linear layers. */
  readonly newTokens: number;
  /** Query-key pairs of the prefill attention, summed over sequences. */
  readonly attendedPairs: number;
  /** KV tokens that attention reads, summed over sequences. */
  readonly kvTokens: number;
}

/** One decode step of `batch` sequences that hold `kvTokens` together. */
export const decodeWork = (batch: number, kvTokens: number): IterationWork => ({
  phase: 'decode',
  sequences: batch,
  newTokens: batch,
  attendedPairs: 0,
  kvTokens,
});

/** A stretch of one prompt: `newTokens` after `pastTokens` that are already in the cache. */
export interface PromptChunk {
  readonly newTokens: number;
  readonly pastTokens: number;
}

/** One prefill step over chunks of several prompts. Causal attention: a token sees its past and itself. */
export function prefillWork(chunks: readonly PromptChunk[]): IterationWork {
  let newTokens = 0;
  let attendedPairs = 0;
  let kvTokens = 0;
  for (const chunk of chunks) {
    newTokens += chunk.newTokens;
    attendedPairs += chunk.newTokens * (chunk.pastTokens + (chunk.newTokens + 1) / 2);
    kvTokens += chunk.pastTokens + chunk.newTokens;
  }
  return { phase: 'prefill', sequences: chunks.length, newTokens, attendedPairs, kvTokens };
}
