/** A request that a prefill instance has been sent and has not finished. */
export interface WaitingPrompt {
  readonly arrivalMs: number;
  readonly promptTokens: number;
}

/** What the gateway knows of a prefill instance. */
export interface PrefillLoad {
  readonly phase: 'prefill';
  /** In the order sent; the first may be running. */
  readonly waiting: readonly WaitingPrompt[];
  /** When the instance began to work on the first, as far as one can tell from outside; null when idle. */
  readonly headSinceMs: number | null;
  /** Requests per second sent here, smoothed. */
  readonly requestRatePerS: number;
  /** Mean prompt length of those, smoothed; null before the first. */
  readonly meanPromptTokens: number | null;
  /** Since when nothing waits; null while something does. */
  readonly idleSinceMs: number | null;
  /** p95 of the time from the end of prefill to the first token; 0 before any was seen. */
  readonly afterPrefillMs: number;
}

/** What the gateway knows of a decode instance. */
export interface DecodeLoad {
  readonly phase: 'decode';
  /** Requests that stream. */
  readonly batch: number;
  /** KV tokens those hold: prompts and what they have produced. */
  readonly kvTokens: number;
  /** Requests routed here that have no first token yet. */
  readonly incoming: number;
  readonly requestRatePerS: number;
  /** Expected output length, from tokens seen per completed request; null before the first completion. */
  readonly meanOutputTokens: number | null;
  readonly meanPromptTokens: number | null;
  readonly idleSinceMs: number | null;
}

export type Load = PrefillLoad | DecodeLoad;
