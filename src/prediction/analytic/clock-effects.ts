import type { Device } from './device.ts';

/** What a lock comes to by the driver's own rules, before any power limit. An unlocked GPU knows no such clamp. */
export const heldClockMhz = ({ gpu }: Device, lockedMhz: number): number => Math.min(lockedMhz, gpu.lock.clampAboveMhz ?? Infinity);

/** SM throughput relative to the top clock. */
export const computeScale = (device: Device, clockMhz: number): number => clockMhz / device.gpu.clock.maxMhz;

/**
 * Achieved HBM bandwidth relative to the card's achieved peak: below some clock the SMs and the L2 cannot ask fast
 * enough. A p-norm joins the two limits, so the curve has no corner.
 */
export function bandwidthScale(device: Device, clockMhz: number): number {
  const p = device.gpu.bandwidthNorm;
  const smLimit = device.gpu.bandwidthPerMhz * clockMhz;
  return (1 + smLimit ** -p) ** (-1 / p);
}

/** V(f)^2 * f relative to the top clock: what dynamic power follows. The voltage is flat up to the knee. */
export function dynamicScale(device: Device, clockMhz: number): number {
  const { voltageFloor } = device.gpu.power;
  const { maxMhz } = device.gpu.clock;
  const rise = Math.max(0, clockMhz - device.kneeMhz) / Math.max(1, maxMhz - device.kneeMhz);
  const voltage = voltageFloor + (1 - voltageFloor) * rise;
  return (voltage * voltage * clockMhz) / maxMhz;
}

/** Power of one GPU with a context and nothing running, at a locked clock (watts). */
export function idlePowerW(device: Device, clockMhz: number): number {
  const table = device.gpu.power.idleW;
  const above = table.findIndex(([mhz]) => mhz >= clockMhz);
  const [loMhz, loW] = table[Math.max(0, above < 0 ? table.length - 1 : above - 1)] ?? [0, 0];
  const [hiMhz, hiW] = table[above < 0 ? table.length - 1 : above] ?? [0, 0];
  if (hiMhz === loMhz) return hiW;
  return loW + ((hiW - loW) * (Math.max(clockMhz, loMhz) - loMhz)) / (hiMhz - loMhz);
}
