import type { Slo } from '../domain/slo.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { DecodeLoad, Load, PrefillLoad } from '../telemetry/load.ts';

export interface CapacityView {
  readonly predictor: Predictor;
  /** The highest clock that the instance may use. */
  readonly maxMhz: number;
  readonly slo: Slo;
  /** KV tokens that it holds at most; null where nobody knows. */
  readonly kvCapacityTokens: number | null;
}

/** Beyond this no engine batches. */
const MOST_BATCH = 4096;

/**
 * Work that arrives in a second, in seconds that it takes at the maximum clock. In a steady state that is the busy
 * fraction times latency(fmax) / latency(f), and unlike that it goes beyond 1 when the instance cannot keep up.
 */
const prefillLoad = ({ requestRatePerS, meanPromptTokens, idleSinceMs }: PrefillLoad, { predictor, maxMhz }: CapacityView): number => {
  if (meanPromptTokens === null || (idleSinceMs !== null && requestRatePerS === 0)) return 0;
  return (requestRatePerS * predictor.predict({ batch: 1, tokens: meanPromptTokens }, maxMhz).latencyMs) / MS_PER_S;
};

/** The largest batch of such requests whose gap is within the promise at the maximum clock; at least 1. */
const mostBatch = (tokensEach: number, { predictor, maxMhz, slo, kvCapacityTokens }: CapacityView): number => {
  const room = kvCapacityTokens === null ? MOST_BATCH : Math.floor(kvCapacityTokens / Math.max(1, tokensEach));
  let [fits, tooMany] = [1, Math.max(1, Math.min(MOST_BATCH, room)) + 1];
  while (tooMany - fits > 1) {
    const batch = (fits + tooMany) >> 1;
    if (predictor.predict({ batch, tokens: batch * tokensEach }, maxMhz).latencyMs <= slo.itlMs) fits = batch;
    else tooMany = batch;
  }
  return fits;
};

/** Requests that stream or are on their way, of as many as the promise and the KV room allow at the maximum clock. A decode engine is busy as soon as one request runs: time tells nothing of its room. */
const decodeLoad = ({ batch, kvTokens, incoming, incomingTokens }: DecodeLoad, view: CapacityView): number => {
  const requests = batch + incoming;
  return requests === 0 ? 0 : requests / mostBatch((kvTokens + incomingTokens) / requests, view);
};

/**
 * The share of its capacity that an instance uses, had it its maximum clock: 1 is full, beyond it falls behind.
 * A slow clock does not raise it, so an autoscaler that scales on it does not answer to saved energy with more GPUs.
 */
export const clockNormalisedLoad = (load: Load, view: CapacityView): number =>
  load.phase === 'prefill' ? prefillLoad(load, view) : decodeLoad(load, view);
