import type { Device } from './device.ts';
import type { IterationTime } from './iteration-time.ts';

/**
 * Fills in the mean power of one GPU during an iteration at the clock that holds, before any limit: idle at that clock, a part for any
 * activity, HBM traffic, and what busy SMs, tensor cores and attention kernels draw, which follows V(f)^2 * f.
 */
export function loadBusyPower({ rates }: Device, time: IterationTime): void {
  const { activeW, hbmW, smW, attentionW, tensorW } = rates.power;
  const busy = 1 - time.waitMs / time.totalMs;
  const attention = time.attentionMs / time.totalMs;
  const switchingW = smW * busy + attentionW * attention + tensorW * time.tensorUse;
  time.busyW = time.idleW + activeW + hbmW * time.hbmUse + switchingW * time.dynamic;
}
