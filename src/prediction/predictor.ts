import type { Evidence } from '../domain/evidence.ts';

/** The load of one iteration. Decode: running requests and the KV tokens they hold. Prefill: prompts and their tokens. */
export interface IterationLoad {
  readonly batch: number;
  readonly tokens: number;
}

/** One iteration of one instance at one clock. */
export interface Prediction {
  readonly latencyMs: number;
  /** Mean over all GPUs of the instance, summed. */
  readonly powerW: number;
  /** All GPUs of the instance with nothing running at this clock. */
  readonly idleW: number;
  /** Half width of the 95 % interval of latency and of power; null where nothing was held out to tell. */
  readonly errorPct: { readonly latency: number; readonly power: number } | null;
  /** False when the question lies outside what was measured. */
  readonly inRange: boolean;
}

/** Answers "latency and power at clock f if the load is x" for one instance (the paper's EcoPred). */
export interface Predictor {
  /** Between the lowest and the highest clock it knows; a governor never leaves this range. */
  readonly clockRangeMhz: readonly [number, number];
  readonly evidence: Evidence;
  predict(load: IterationLoad, clockMhz: number): Prediction;
}
