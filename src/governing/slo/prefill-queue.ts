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
  /** After so long from its arrival a prompt's prefill must be done. */
  readonly budgetMs: number;
}

export function queueOf(question: Question, { ttftTarget, chunkTokens }: SloTunables): PrefillQueue {
  const { load, slo, nowMs } = question;
  return {
    batches: promptBatches(load, chunkTokens),
    runsForMs: load.headSinceMs === null ? 0 : nowMs - load.headSinceMs,
    budgetMs: slo.ttftMs * ttftTarget - load.afterPrefillMs,
  };
}

/**
 * What is left of the running iteration at a clock as a part of it, if it has run at the clock in force, or at the slower one in question: what it ran
 * at before is not known, and a slower clock must not look better than it will once it is in force.
 */
function remainingPart(
  { predictor, currentMhz }: Question,
  first: PromptBatch,
  runsForMs: number,
  clockMhz: number,
  takesMs: number,
): number {
  if (runsForMs === 0) return 1;
  const ranMs = clockMhz <= currentMhz ? takesMs : predictor.predict({ batch: first.prompts, tokens: first.tokens }, currentMhz).latencyMs;
  return 1 - Math.min(1, runsForMs / ranMs);
}

/** Whether everything that waits would be done by its deadline, first in first out, at this clock from now on. */
export function meetsDeadlines(
  question: Question,
  { batches, runsForMs, budgetMs }: PrefillQueue,
  tunables: SloTunables,
  clockMhz: number,
): boolean {
  let doneMs = question.nowMs;
  let ranMs = runsForMs;
  for (const batch of batches) {
    const prediction = question.predictor.predict({ batch: batch.prompts, tokens: batch.tokens }, clockMhz);
    const part = remainingPart(question, batch, ranMs, clockMhz, prediction.latencyMs);
    doneMs += part * cautiousMs(prediction, tunables);
    if (doneMs > batch.oldestMs + budgetMs) return false;
    ranMs = 0;
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
