import type { GpuCard } from '../../domain/cards.ts';

/** What a lock comes to by the driver's own rules, before any power limit. An unlocked GPU knows no such clamp. */
export const heldClockMhz = ({ gpu }: { readonly gpu: GpuCard }, lockedMhz: number): number =>
  Math.min(lockedMhz, gpu.lock.clampAboveMhz ?? Infinity);

/** A device, as far as its clocks go. */
interface Clocked {
  readonly clocks: ClockTables;
}

/** SM throughput relative to the top clock. */
export const computeScale = ({ clocks }: Clocked, clockMhz: number): number => clockMhz / clocks.maxMhz;

/**
 * HBM bandwidth that the SMs and the L2 can ask for at a clock, against what the memory can give. The path between
 * them follows the SM clock but not down to zero; p-norms join the limits, so the curve has no corner.
 */
function askedBandwidth({ bandwidthPerMhz, bandwidthFloorMhz, bandwidthNorm: p }: GpuCard, clockMhz: number): number {
  const asked = bandwidthPerMhz * Math.cbrt(clockMhz ** 3 + bandwidthFloorMhz ** 3);
  return (1 + asked ** -p) ** (-1 / p);
}

/** V(f)^2 * f relative to the top clock. The voltage is flat up to the knee. */
function exactDynamicScale({ power, clock }: GpuCard, kneeMhz: number, clockMhz: number): number {
  const rise = Math.max(0, clockMhz - kneeMhz) / Math.max(1, clock.maxMhz - kneeMhz);
  const voltage = power.voltageFloor + (1 - power.voltageFloor) * rise ** power.voltageExponent;
  return (voltage * voltage * clockMhz) / clock.maxMhz;
}

/** Linear between the measured clocks, constant beyond the last of them. */
function exactIdlePowerW({ power }: GpuCard, clockMhz: number): number {
  const table = power.idleW;
  const above = table.findIndex(([mhz]) => mhz >= clockMhz);
  const [loMhz, loW] = table[Math.max(0, above < 0 ? table.length - 1 : above - 1)] ?? [0, 0];
  const [hiMhz, hiW] = table[above < 0 ? table.length - 1 : above] ?? [0, 0];
  if (hiMhz === loMhz) return hiW;
  return loW + ((hiW - loW) * (Math.max(clockMhz, loMhz) - loMhz)) / (hiMhz - loMhz);
}

/** Everything that depends on the clock alone, in steps of `STEP_MHZ`: powers and roots once per device, not per estimate. */
export interface ClockTables {
  readonly minMhz: number;
  readonly maxMhz: number;
  readonly lastStep: number;
  readonly bandwidth: Float64Array;
  readonly dynamic: Float64Array;
  readonly idleW: Float64Array;
}

/** Finer than any clock table, so that what linear interpolation adds stays below 1e-4. */
const STEP_MHZ = 5;

/** The last tables of each card: a fit tries thousands of devices of one card, most of them with the knee of the one before. */
const latest = new WeakMap<GpuCard, ClockTables & { readonly kneeMhz: number }>();

export function createClockTables(gpu: GpuCard, kneeMhz: number): ClockTables {
  const known = latest.get(gpu);
  if (known?.kneeMhz === kneeMhz) return known;
  const { minMhz, maxMhz } = gpu.clock;
  const lastStep = Math.max(1, Math.ceil((maxMhz - minMhz) / STEP_MHZ));
  const tableOf = (at: (clockMhz: number) => number): Float64Array =>
    Float64Array.from({ length: lastStep + 1 }, (_, step) => at(minMhz + step * STEP_MHZ));
  const top = askedBandwidth(gpu, maxMhz);
  const tables = {
    minMhz,
    maxMhz,
    lastStep,
    kneeMhz,
    bandwidth: known?.bandwidth ?? tableOf((mhz) => askedBandwidth(gpu, mhz) / top),
    dynamic: tableOf((mhz) => exactDynamicScale(gpu, kneeMhz, mhz)),
    idleW: known?.idleW ?? tableOf((mhz) => exactIdlePowerW(gpu, mhz)),
  };
  latest.set(gpu, tables);
  return tables;
}

/** What holds at one clock. */
export interface ClockEffects {
  /** The SM clock that holds, power limit included. */
  clockMhz: number;
  /** Achieved HBM bandwidth relative to that at the top clock. */
  bandwidth: number;
  /** V(f)^2 * f relative to the top clock: what dynamic power follows. */
  dynamic: number;
  /** One GPU with a context and nothing running. */
  idleW: number;
}

const between = (column: Float64Array, step: number, part: number): number => column[step]! * (1 - part) + column[step + 1]! * part;

/** Fills in what holds at `effects.clockMhz`: a number handed over or given back would be a number allocated. */
export function loadClockEffects({ clocks }: Clocked, effects: ClockEffects): void {
  const position = Math.max(0, (effects.clockMhz - clocks.minMhz) / STEP_MHZ);
  const step = Math.min(clocks.lastStep - 1, Math.floor(position));
  const part = Math.min(1, position - step);
  effects.bandwidth = between(clocks.bandwidth, step, part);
  effects.dynamic = between(clocks.dynamic, step, part);
  effects.idleW = between(clocks.idleW, step, part);
}

/** What holds at a clock, for whoever asks once. */
export function clockEffects(device: Clocked, clockMhz: number): ClockEffects {
  const effects = { clockMhz, bandwidth: 0, dynamic: 0, idleW: 0 };
  loadClockEffects(device, effects);
  return effects;
}

/** Power of one GPU with a context and nothing running, at a locked clock (watts). */
export const idlePowerW = (device: Clocked, clockMhz: number): number => clockEffects(device, clockMhz).idleW;
