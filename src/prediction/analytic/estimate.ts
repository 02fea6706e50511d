import type { Device } from './device.ts';
import { iterationTime, type IterationTime } from './latency.ts';
import { busyPowerW } from './power.ts';
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

const MS_PER_S = 1000;
const CAP_BISECTIONS = 20;

const boundOf = (time: IterationTime): Bound => {
  if (time.overheadMs >= time.tensorMs && time.overheadMs >= time.memoryMs) return 'overhead';
  return time.tensorMs >= time.memoryMs ? 'compute' : 'memory';
};

const powerAt = (device: Device, work: IterationWork, clockMhz: number): number =>
  busyPowerW(device, iterationTime(device, work, clockMhz), clockMhz);

/** The highest clock up to `clockMhz` whose power stays within the limit: what the GPU's own governor settles at. */
function clockUnderLimit(device: Device, work: IterationWork, clockMhz: number): number {
  const { limitW } = device.gpu.power;
  if (powerAt(device, work, clockMhz) <= limitW) return clockMhz;
  let low = device.gpu.clock.minMhz;
  let high = clockMhz;
  for (let i = 0; i < CAP_BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (powerAt(device, work, middle) <= limitW) low = middle;
    else high = middle;
  }
  return low;
}

/** Latency, power and energy of one iteration at a locked SM clock, power limit included. */
export function estimateIteration(device: Device, work: IterationWork, clockMhz: number): AnalyticEstimate {
  const appliedClockMhz = clockUnderLimit(device, work, clockMhz);
  const time = iterationTime(device, work, appliedClockMhz);
  const powerW = busyPowerW(device, time, appliedClockMhz);
  return {
    latencyMs: time.totalMs,
    powerW,
    energyJ: (powerW * device.tp * time.totalMs) / MS_PER_S,
    appliedClockMhz,
    capped: appliedClockMhz < clockMhz,
    bound: boundOf(time),
  };
}
