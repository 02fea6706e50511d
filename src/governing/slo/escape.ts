import type { ClockDecision } from '../../domain/clock.ts';
import type { BatchModel } from './batch-model.ts';
import type { DecodeOption } from './decode-option.ts';
import type { SloTunables } from './tunables.ts';

/** The cheapest state that arrivals would sustain, had the batch not grown over a step. */
function cheapestFromBelow(options: readonly DecodeOption[]): DecodeOption | null {
  let best: DecodeOption | null = null;
  for (const option of options) if (option.fromBelowFeasible && (best === null || option.fromBelowCost < best.fromBelowCost)) best = option;
  return best;
}

/**
 * Behind a batch step an instance can be held in a worse stable state that it does not leave by itself: there its iterations are
 * too slow for its batch to shrink. A faster clock shrinks it, and once it is below the step the slow clock holds it there.
 * Without a memory: as long as the present batch would not go down at the clock that is wanted, the slowest clock from which it would.
 * @returns null when nothing better lies below, or no clock leads there
 */
export function escapeFrom(
  model: BatchModel,
  options: readonly DecodeOption[],
  best: DecodeOption,
  tunables: SloTunables,
): ClockDecision | null {
  const wanted = cheapestFromBelow(options);
  if (wanted === null || wanted.settled.batch === wanted.fromBelow.batch) return null;
  if (wanted.fromBelowCost >= best.cost * (1 - tunables.escapeSaving)) return null;
  for (const option of options) {
    if (!option.feasible) continue;
    if (model.settle(option.settled.batch, wanted.clockMhz).batch > wanted.fromBelow.batch) continue;
    return { clockMhz: option.clockMhz, reason: `boost out of a worse stable batch, then ${wanted.clockMhz} MHz` };
  }
  return null;
}
