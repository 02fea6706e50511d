/** A request that a prefill instance has been sent and has not finished. */
export interface WaitingPrompt {
  readonly arrivalMs: number;
  readonly promptTokens: number;
}

/** What the gateway knows of a prefill instance. */
export interface PrefillLoad {
  readonly phase: 'prefill';
  /** In the order sent; the first `running` of them may be in the iteration under way. */
  readonly waiting: readonly WaitingPrompt[];
  /** Tokens of all of those. */
  readonly waitingTokens: number;
  /** How many of them the present iteration holds, as far as one can tell from outside. */
  readonly running: number;
  /** When that iteration began, as far as one can tell from outside; null when idle. */
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
  /** Requests routed here that have no first token yet, and their prompt tokens. */
  readonly incoming: number;
  readonly incomingTokens: number;
  /** Over the requests that stream: gaps seen so far, and the time they took. Their ratio is the mean gap that they have had. */
  readonly streamedGaps: number;
  readonly streamedMs: number;
  readonly requestRatePerS: number;
  /** Expected output length, from tokens seen per completed request; null before the first completion. */
  readonly meanOutputTokens: number | null;
  readonly meanPromptTokens: number | null;
  readonly idleSinceMs: number | null;
}

export type Load = PrefillLoad | DecodeLoad;

/** What arrives at the gateway, wherever it goes. */
export interface Arrivals {
  readonly requestRatePerS: number;
  /** Null before the first. */
  readonly meanPromptTokens: number | null;
  /** Requests that wait in the gateway's own queue, and the tokens of their prompts. */
  readonly queued: number;
  readonly queuedTokens: number;
}
