import type { ClockDecision } from '../../domain/clock.ts';
import type { BatchModel, Stable } from './batch-model.ts';
import type { DecodeOption } from './decode-option.ts';
import type { SloTunables } from './tunables.ts';

/** What a stable state costs; null where it misses the SLO. */
type StableCost = (stable: Stable) => number | null;

interface Wanted {
  readonly clockMhz: number;
  readonly batch: number;
  readonly cost: number;
}

/** Batches that differ by whole requests and a few per cent belong to one stable state. */
const sameState = (lower: number, higher: number): boolean => higher <= 1.05 * lower + 1;

const isBelow = (cost: number | null, limit: number): cost is number => cost !== null && cost < limit;

/**
 * The cheapest lasting state that arrivals would sustain from an empty batch at less than `mostCost`, where that is another one than
 * the present batch leads to. A slower clock never sustains less, so each answer is where the next one starts, and none is asked for
 * that could not be another.
 */
function cheapestFromBelow(model: BatchModel, options: readonly DecodeOption[], costOf: StableCost, mostCost: number): Wanted | null {
  let best: Wanted | null = null;
  let batch = 1;
  for (let i = options.length - 1; i >= 0; i--) {
    const { clockMhz, settled } = options[i]!;
    const limit = best?.cost ?? mostCost;
    if (sameState(batch, settled.batch) || !isBelow(costOf({ batch, requests: batch, prediction: model.at(batch, clockMhz) }), limit))
      continue;
    const stable = model.settle(batch, clockMhz);
    batch = stable.batch;
    const cost = costOf(stable);
    if (!isBelow(cost, limit) || sameState(batch, settled.batch)) continue;
    if (sameState(batch, model.lasting(stable, clockMhz).batch)) best = { clockMhz, batch, cost };
  }
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
  costOf: StableCost,
  { escapeSaving }: SloTunables,
): ClockDecision | null {
  const wanted = cheapestFromBelow(model, options, costOf, best.cost * (1 - escapeSaving));
  if (wanted === null) return null;
  for (const { clockMhz, feasible, settled } of options) {
    if (!feasible || !sameState(wanted.batch, model.settle(settled.batch, wanted.clockMhz).batch)) continue;
    return { clockMhz, reason: `boost out of a worse stable batch, then ${wanted.clockMhz} MHz` };
  }
  return null;
}
