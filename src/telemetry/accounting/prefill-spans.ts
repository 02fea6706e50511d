import type { Account } from './accounts.ts';

/** A prompt that was sent to a prefill instance. */
export interface SentPrompt {
  readonly account: Account;
  readonly promptTokens: number;
  readonly sentMs: number;
}

/** When a prompt was computed, as far as one can tell from outside. */
export interface PrefillSpan {
  readonly account: Account;
  readonly tokens: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** Prompts that end this close together were computed together. */
const TOGETHER_MS = 1;

/**
 * An engine computes prompts in the order sent, so a prompt's own time begins when the one before it was done. Of those
 * that leave unfinished, only the one in front can have been computed.
 */
export class PrefillSpans {
  readonly #pending = new Set<SentPrompt>();
  /** End of the iteration before the newest, and of the newest. */
  #beforeMs = -Infinity;
  #doneMs = -Infinity;

  sent(prompt: SentPrompt): void {
    this.#pending.add(prompt);
  }

  /** @returns null for one that is not under way, or has cost nothing */
  left(prompt: SentPrompt, finished: boolean, nowMs: number): PrefillSpan | null {
    const [first] = this.#pending;
    if (!this.#pending.delete(prompt) || (!finished && prompt !== first)) return null;
    if (nowMs - this.#doneMs > TOGETHER_MS) this.#beforeMs = this.#doneMs;
    this.#doneMs = Math.max(this.#doneMs, nowMs);
    const startMs = Math.min(nowMs, Math.max(prompt.sentMs, this.#beforeMs));
    return { account: prompt.account, tokens: prompt.promptTokens, startMs, endMs: nowMs };
  }

  /** No span that is still to come begins before this; Infinity while nothing is under way. */
  earliestMs(nowMs: number): number {
    const [first] = this.#pending;
    if (!first) return Infinity;
    return Math.max(first.sentMs, nowMs - this.#doneMs > TOGETHER_MS ? this.#doneMs : this.#beforeMs);
  }
}

/** The tokens of a span that fall into an interval, its end included; one without length falls into one interval whole. */
export const tokensWithin = ({ tokens, startMs, endMs }: PrefillSpan, fromMs: number, toMs: number): number => {
  if (startMs === endMs) return endMs > fromMs && endMs <= toMs ? tokens : 0;
  const overlapMs = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
  return overlapMs <= 0 ? 0 : (tokens * overlapMs) / (endMs - startMs);
};
