import type { PrefillLoad } from '../../telemetry/load.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import { promptBatches, type PromptBatch } from '../prompt-batches.ts';
import type { GoverningQuestion } from '../governor.ts';
import { cautiousMs } from './price.ts';
import type { SloTunables } from './tunables.ts';

interface Question extends GoverningQuestion {
  readonly load: PrefillLoad;
}

/** The queue of a prefill instance as it will be worked off. */
export interface PrefillQueue {
  readonly batches: readonly PromptBatch[];
  /** Part of the first batch that is still to be done. */
  readonly remaining: number;
  /** After so long from its arrival a prompt's prefill must be done. */
  readonly budgetMs: number;
}

export function queueOf(question: Question, { ttftTarget, chunkTokens }: SloTunables): PrefillQueue {
  const { load, slo, nowMs, predictor, currentMhz } = question;
  const batches = promptBatches(load, chunkTokens);
  const [first] = batches;
  const runsForMs = load.headSinceMs === null ? 0 : nowMs - load.headSinceMs;
  const remaining = first ? 1 - Math.min(1, runsForMs / latencyOf(predictor, first, currentMhz)) : 1;
  return { batches, remaining, budgetMs: slo.ttftMs * ttftTarget - load.afterPrefillMs };
}

const latencyOf = (predictor: Predictor, { prompts, tokens }: PromptBatch, clockMhz: number): number =>
  predictor.predict({ batch: prompts, tokens }, clockMhz).latencyMs;

/** Whether everything that waits would be done by its deadline, first in first out, at this clock from now on. */
export function meetsDeadlines({ predictor, nowMs }: Question, queue: PrefillQueue, tunables: SloTunables, clockMhz: number): boolean {
  let doneMs = nowMs;
  let part = queue.remaining;
  for (const { prompts, tokens, oldestMs } of queue.batches) {
    doneMs += part * cautiousMs(predictor.predict({ batch: prompts, tokens }, clockMhz), tunables);
    if (doneMs > oldestMs + queue.budgetMs) return false;
    part = 1;
  }
  return true;
}

/** How a stream of prompts keeps a prefill instance busy at a clock. */
export interface Stream {
  /** One prompt alone (ms). */
  readonly aloneMs: number;
  /** What one more in the same iteration adds (ms). */
  readonly addedMs: number;
  readonly utilisation: number;
}

/**
 * The wait before its iteration of a prompt to come, exceeded by `lateShare` of them (ms): an M/G/1 queue whose wait falls off
 * exponentially (Kingman), plus the fixed part of an iteration, which those that come meanwhile share.
 */
export function expectedWaitMs({ aloneMs, addedMs, utilisation }: Stream, { prefillVariation, lateShare }: SloTunables): number {
  const meanMs = ((1 + prefillVariation) * addedMs) / (2 * (1 - utilisation));
  return Math.max(0, Math.log(utilisation / lateShare)) * meanMs + utilisation * (aloneMs - addedMs);
}
