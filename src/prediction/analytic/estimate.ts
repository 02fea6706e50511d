import type { Device } from './device.ts';
import { emptyTime, type IterationTime } from './iteration-time.ts';
import { timeAtClock } from './latency.ts';
import { loadBusyPower } from './power.ts';
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

/** At `time.clockMhz`, whatever the limit. Results stay in `time`: a number handed from function to function is a number allocated. */
function run(device: Device): void {
  timeAtClock(device, terms, time);
  loadBusyPower(device, time);
}

/**
 * Goes from `time` to the highest clock below whose power stays within the limit: what the GPU's own governor settles at. Power
 * rises with the clock, so a bracket closes on it; the Illinois rule halves the weight of an end that stays, which
 * takes about five steps where bisection takes twenty.
 */
function runUnderLimit(device: Device): void {
  const { limitW } = device.rates.power;
  let high = time.clockMhz;
  let highExcessW = time.busyW - limitW;
  let low = device.clocks.minMhz;
  time.clockMhz = low;
  run(device);
  let lowExcessW = time.busyW - limitW;
  let side = 0;
  for (let step = 0; step < MOST_STEPS && lowExcessW < 0; step++) {
    time.clockMhz = (low * highExcessW - high * lowExcessW) / (highExcessW - lowExcessW);
    run(device);
    const excessW = time.busyW - limitW;
    if (excessW <= 0 && excessW > -LIMIT_TOLERANCE * limitW) return;
    if (excessW <= 0) {
      low = time.clockMhz;
      lowExcessW = excessW;
      if (side < 0) highExcessW /= 2;
      side = -1;
    } else {
      high = time.clockMhz;
      highExcessW = excessW;
      if (side > 0) lowExcessW /= 2;
      side = 1;
    }
  }
  time.clockMhz = low;
  run(device);
}

/** Latency, power and energy of one iteration at a locked SM clock, power limit included, written into `slot`. Allocates nothing. */
export function estimateInto(device: Device, work: IterationWork, clockMhz: number, slot: EstimateSlot): void {
  loadTerms(device, work, terms);
  time.clockMhz = clockMhz;
  run(device);
  if (time.busyW > device.rates.power.limitW) runUnderLimit(device);
  slot.latencyMs = time.totalMs;
  slot.powerW = time.busyW;
  slot.energyJ = (time.busyW * device.tp * time.totalMs) / MS_PER_S;
  slot.appliedClockMhz = time.clockMhz;
  slot.capped = time.clockMhz < clockMhz;
  slot.bound = boundOf(time);
}

/** Latency, power and energy of one iteration at a locked SM clock, power limit included. */
export function estimateIteration(device: Device, work: IterationWork, clockMhz: number): AnalyticEstimate {
  const slot = emptyEstimate();
  estimateInto(device, work, clockMhz, slot);
  return slot;
}
