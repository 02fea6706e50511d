import type { PrefillLoad } from '../telemetry/load.ts';

/** Prompts that an engine computes together. */
export interface PromptBatch {
  readonly prompts: number;
  readonly tokens: number;
  /** Of the one that has waited longest: its deadline is the first. */
  readonly oldestMs: number;
}

/** Tokens that an engine puts into one prefill iteration, where nobody said otherwise: a common default of serving engines. */
export const CHUNK_TOKENS = 16_384;

/**
 * The queue of a prefill instance as the iterations to come: first what runs, then whatever waits, in order, as many
 * prompts as fit in a chunk each time. A prompt longer than a chunk is an iteration of its own.
 */
export function promptBatches({ waiting, running }: PrefillLoad, chunkTokens: number, most = Infinity): PromptBatch[] {
  const batches: PromptBatch[] = [];
  let [prompts, tokens, oldestMs] = [0, 0, Infinity];
  for (let i = 0; i < waiting.length && batches.length < most; i++) {
    const { arrivalMs, promptTokens } = waiting[i]!;
    const full = i === running || (i > running && tokens + promptTokens > chunkTokens);
    if (full && prompts > 0) {
      batches.push({ prompts, tokens, oldestMs });
      [prompts, tokens, oldestMs] = [0, 0, Infinity];
    }
    prompts++;
    tokens += promptTokens;
    oldestMs = Math.min(oldestMs, arrivalMs);
  }
  if (prompts > 0 && batches.length < most) batches.push({ prompts, tokens, oldestMs });
  return batches;
}
