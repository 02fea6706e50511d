/** What a fit says, drawn out: of a phase, at one size of its requests. */
export interface PhaseCurves {
  readonly phase: 'prefill' | 'decode';
  /** One instance, or the mean of several. */
  readonly whose: string;
  /** KV tokens of each request (decode), tokens of each prompt (prefill). */
  readonly tokensEach: number;
  readonly loads: readonly LoadCurve[];
  /** Null for prefill, whose batches have no steps. */
  readonly staircase: Staircase | null;
}

/** Energy against clock at one token rate. Only clocks that can keep up. */
export interface LoadCurve {
  readonly tokensPerS: number;
  readonly points: readonly { readonly clockMhz: number; readonly energyPerTokenJ: number; readonly latencyMs: number }[];
}

/** Latency of one instance against batch at one clock. */
export interface Staircase {
  readonly instance: string;
  readonly clockMhz: number;
  readonly points: readonly { readonly batch: number; readonly latencyMs: number }[];
  /** Batches at which a step begins. */
  readonly steps: readonly number[];
  /** Near this clock and these tokens. */
  readonly measured: readonly { readonly batch: number; readonly latencyMs: number }[];
}
