import { dynamicScale, idlePowerW } from './clock-effects.ts';
import type { Device } from './device.ts';
import type { IterationTime } from './latency.ts';

/** Mean power of one GPU during an iteration at a clock that holds, before any limit (watts). */
export function busyPowerW(device: Device, time: IterationTime, clockMhz: number): number {
  const { power } = device.gpu;
  const { personality } = device;
  const hbmUse = Math.min(1, time.hbmMs / time.totalMs);
  const tensorUse = Math.min(1, time.tensorMs / time.totalMs);
  const busy = 1 - time.overheadMs / time.totalMs;
  return (
    idlePowerW(device, clockMhz) +
    power.activeW * personality.activePower +
    power.hbmW * hbmUse +
    (power.smW * busy + power.tensorW * tensorUse) * personality.dynamicPower * dynamicScale(device, clockMhz)
  );
}
