import { dynamicScale, idlePowerW } from './clock-effects.ts';
import type { Device } from './device.ts';
import type { IterationTime } from './latency.ts';

/**
 * Mean power of one GPU during an iteration at a clock that holds, before any limit (watts): idle at that clock, a part for any
 * activity, HBM traffic, and what busy SMs, tensor cores and attention kernels draw, which follows V(f)^2 * f.
 */
export function busyPowerW(device: Device, time: IterationTime, clockMhz: number): number {
  const { activeW, hbmW, smW, attentionW, tensorW } = device.rates.power;
  const busy = 1 - time.waitMs / time.totalMs;
  const attention = time.attentionMs / time.totalMs;
  const switchingW = smW * busy + attentionW * attention + tensorW * time.tensorUse;
  return idlePowerW(device, clockMhz) + activeW + hbmW * time.hbmUse + switchingW * dynamicScale(device, clockMhz);
}
