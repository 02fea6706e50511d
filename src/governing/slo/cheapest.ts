import type { ClockDecision } from '../../domain/clock.ts';
import type { SloTunables } from './tunables.ts';

/** What one clock would cost and whether it keeps the promise. */
export interface ClockOption {
  readonly clockMhz: number;
  /** Mean power of the instance at its present load, idle time included (watts). */
  readonly costW: number;
  readonly feasible: boolean;
}

const leastCostW = (options: readonly ClockOption[]): number =>
  options.reduce((least, { feasible, costW }) => (feasible && costW < least ? costW : least), Infinity);

const fastestBelow = (options: readonly ClockOption[], limitW: number): ClockOption =>
  options.findLast(({ feasible, costW }) => feasible && costW <= limitW)!;

/**
 * Of the clocks that keep the SLO and cost nearly the least, the fastest: the curve is flat around its minimum, and
 * latency that buys no energy is a gift to nobody. The highest clock when none keeps the SLO. The current clock stays
 * while it is almost as good, since every transition costs a settle time and a place in the rate limit.
 * @param options ascending by clock, never empty
 */
export function chooseCheapest(options: readonly ClockOption[], currentMhz: number, tunables: SloTunables, reason: string): ClockDecision {
  const leastW = leastCostW(options);
  if (leastW === Infinity) return { clockMhz: options.at(-1)!.clockMhz, reason: `${reason}: no clock keeps the SLO, highest` };
  const best = fastestBelow(options, leastW * (1 + tunables.latencyWorth));
  const current = options.find(({ clockMhz }) => clockMhz === currentMhz);
  const keepsUp = best.clockMhz <= currentMhz * (1 + tunables.keepWithin);
  const keep = current?.feasible === true && keepsUp && current.costW <= leastW * (1 + tunables.latencyWorth + tunables.minSaving);
  return keep ? { clockMhz: currentMhz, reason: `${reason}: keep` } : { clockMhz: best.clockMhz, reason };
}
