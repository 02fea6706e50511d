import type { Device } from './device.ts';
import { emptyTime, timeAtClock, type IterationTime } from './latency.ts';
import { busyPowerW } from './power.ts';
import { emptyTerms, loadTerms, type Terms } from './terms.ts';
import type { IterationWork } from './work.ts';

export type Bound = 'compute' | 'memory' | 'overhead';

/** One iteration of one instance. */
export interface AnalyticEstimate {
  readonly latencyMs: number;
  /** Mean of one GPU. */
  readonly powerW: number;
  /** All GPUs of the instance. */
  readonly energyJ: number;
  /** Below the requested clock when the power limit holds it down. */
  readonly appliedClockMhz: number;
  readonly capped: boolean;
  readonly bound: Bound;
}

/** An estimate that may be overwritten. */
export type EstimateSlot = { -readonly [Key in keyof AnalyticEstimate]: AnalyticEstimate[Key] };

export const emptyEstimate = (): EstimateSlot => ({
  latencyMs: 0,
  powerW: 0,
  energyJ: 0,
  appliedClockMhz: 0,
  capped: false,
  bound: 'overhead',
});

const MS_PER_S = 1000;
/** How close below the limit the clock is sought, relative to the limit. Far below what any power sensor tells apart. */
const LIMIT_TOLERANCE = 1e-6;
const MOST_STEPS = 40;

const boundOf = ({ overheadMs, computeMs, memoryMs }: IterationTime): Bound => {
  if (overheadMs >= computeMs && overheadMs >= memoryMs) return 'overhead';
  return computeMs >= memoryMs ? 'compute' : 'memory';
};

/** Scratch of the one estimate in progress: nothing is allocated, and nothing of it outlives a call. */
const terms: Terms = emptyTerms();
const time: IterationTime = emptyTime();

function powerAt(device: Device, clockMhz: number): number {
  timeAtClock(device, terms, clockMhz, time);
  return busyPowerW(device, time, clockMhz);
}

/**
 * The highest clock up to `clockMhz` whose power stays within the limit: what the GPU's own governor settles at. Power
 * rises with the clock, so a bracket closes on it; the Illinois rule halves the weight of an end that stays, which
 * takes about five steps where bisection takes twenty. `time` is left as of the answer.
 */
function clockUnderLimit(device: Device, clockMhz: number, askedPowerW: number): number {
  const { limitW } = device.rates.power;
  let low = device.clocks.minMhz;
  let lowGap = powerAt(device, low) - limitW;
  if (lowGap >= 0) return low;
  let high = clockMhz;
  let highGap = askedPowerW - limitW;
  let side = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const middle = (low * highGap - high * lowGap) / (highGap - lowGap);
    const gap = powerAt(device, middle) - limitW;
    if (gap <= 0 && gap > -LIMIT_TOLERANCE * limitW) return middle;
    if (gap <= 0) {
      low = middle;
      lowGap = gap;
      if (side < 0) highGap /= 2;
      side = -1;
    } else {
      high = middle;
      highGap = gap;
      if (side > 0) lowGap /= 2;
      side = 1;
    }
  }
  timeAtClock(device, terms, low, time);
  return low;
}

/** Latency, power and energy of one iteration at a locked SM clock, power limit included, written into `slot`. Allocates nothing. */
export function estimateInto(device: Device, work: IterationWork, clockMhz: number, slot: EstimateSlot): void {
  loadTerms(device, work, terms);
  const askedPowerW = powerAt(device, clockMhz);
  const capped = askedPowerW > device.rates.power.limitW;
  const appliedClockMhz = capped ? clockUnderLimit(device, clockMhz, askedPowerW) : clockMhz;
  slot.latencyMs = time.totalMs;
  slot.powerW = busyPowerW(device, time, appliedClockMhz);
  slot.energyJ = (slot.powerW * device.tp * time.totalMs) / MS_PER_S;
  slot.appliedClockMhz = appliedClockMhz;
  slot.capped = appliedClockMhz < clockMhz;
  slot.bound = boundOf(time);
}

/** Latency, power and energy of one iteration at a locked SM clock, power limit included. */
export function estimateIteration(device: Device, work: IterationWork, clockMhz: number): AnalyticEstimate {
  const slot = emptyEstimate();
  estimateInto(device, work, clockMhz, slot);
  return slot;
}
