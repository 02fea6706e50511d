/**
 * What an operator may turn, beyond who governs and who routes; null is as the card or the policy has it. Plain data: two choices are
 * the same configuration when their canonical texts are.
 */
export interface TuningChoice {
  /** Which of the search's devices: a fit, or a GPU with a model in one number format. */
  readonly variant: string;
  /** GPUs per instance. */
  readonly tp: number;
  readonly prefill: number;
  readonly decode: number;
  /** Instances that do both phases, in place of prefill and decode. */
  readonly aggregated: number;
  readonly governor: string;
  readonly routing: string;
  /** Of governor `fixed`. */
  readonly fixedMhz: { readonly prefill: number; readonly decode: number } | null;
  /** Bounds of the clocks that a governor may choose from. */
  readonly minClockMhz: number | null;
  readonly maxClockMhz: number | null;
  /** Requests that one instance decodes at a time at most. */
  readonly maxRunning: number | null;
  /** Batches for which the engine captures graphs; others are padded up to the next. */
  readonly captureSizes: readonly number[] | null;
  readonly chunkTokens: number | null;
  /** Of each GPU. */
  readonly powerLimitW: number | null;
  /** Parts of the promises that governor `slo` plans for. */
  readonly itlTarget: number | null;
  readonly ttftTarget: number | null;
  /** What becomes of instances that nobody needs for a while. */
  readonly rest: 'awake' | 'park' | 'release';
}
