import type { PrefillLoad } from '../../telemetry/load.ts';
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
  /** For how long the first of them has run. */
  readonly runsForMs: number;
  /** How long it takes at the clock in force; 0 where it has not begun. */
  readonly takesMs: number;
  /** After so long from its arrival a prompt's prefill must be done. */
  readonly budgetMs: number;
}

export function queueOf(question: Question, { ttftTarget, chunkTokens }: SloTunables): PrefillQueue {
  const { load, slo, nowMs, predictor, currentMhz } = question;
  const batches = promptBatches(load, chunkTokens);
  const runsForMs = load.headSinceMs === null ? 0 : nowMs - load.headSinceMs;
  const [first] = batches;
  const runs = first !== undefined && runsForMs > 0;
  return {
    batches,
    runsForMs,
    takesMs: runs ? predictor.predict({ batch: first.prompts, tokens: first.tokens }, currentMhz).latencyMs : 0,
    budgetMs: slo.ttftMs * ttftTarget - load.afterPrefillMs,
  };
}

/**
 * What is left of the running iteration at a clock as a part of it, if it has run at the clock in force, or at the slower one in question: what it ran
 * at before is not known, and a slower clock must not look better than it will once it is in force.
 */
function remainingPart({ runsForMs, takesMs }: PrefillQueue, currentMhz: number, clockMhz: number, clockTakesMs: number): number {
  if (runsForMs === 0) return 1;
  return 1 - Math.min(1, runsForMs / (clockMhz <= currentMhz ? clockTakesMs : takesMs));
}

/** Whether everything that waits would be done by its deadline, first in first out, at this clock from now on. */
export function meetsDeadlines(question: Question, queue: PrefillQueue, tunables: SloTunables, clockMhz: number): boolean {
  const { nowMs, predictor, currentMhz } = question;
  const { batches, budgetMs } = queue;
  let doneMs = nowMs;
  for (let i = 0; i < batches.length; i++) {
    const { prompts, tokens, oldestMs } = batches[i]!;
    const prediction = predictor.predict({ batch: prompts, tokens }, clockMhz);
    const part = i === 0 ? remainingPart(queue, currentMhz, clockMhz, prediction.latencyMs) : 1;
    doneMs += part * cautiousMs(prediction, tunables);
    if (doneMs > oldestMs + budgetMs) return false;
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
