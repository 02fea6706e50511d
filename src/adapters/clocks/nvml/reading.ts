import type { DeviceReading, LimitReason } from '../../../domain/device.ts';
import { megahertz } from '../../../domain/units.ts';
import { CLOCK, HARMLESS_REASONS, OK, REASON } from './codes.ts';
import type { Driver } from './driver.ts';
import type { Gpu } from './gpu.ts';
import { outBuffer } from './layouts.ts';
import { meter } from './meters.ts';

/** Temperature and memory clock hold that long: three calls a reading are enough then. */
export const SLOW_MS = 1000;

const NAMED: readonly (readonly [number, LimitReason])[] = [
  [REASON.powerCap | REASON.powerBrake, 'power'],
  [REASON.thermal | REASON.hardwareThermal, 'thermal'],
  [REASON.sync, 'sync'],
];
const KNOWN = NAMED.reduce((bits, [some]) => bits | some, HARMLESS_REASONS | REASON.hardware);

/** The bits of NVML in words. A hardware slowdown also sets the bit of its cause, where that is known. */
export const limitReasons = (bits: bigint): LimitReason[] => {
  const low = Number(bits & 0xff_ff_ff_ffn);
  const reasons = NAMED.filter(([some]) => (low & some) !== 0).map(([, reason]) => reason);
  const cause = REASON.hardwareThermal | REASON.powerBrake;
  if ((low & REASON.hardware) !== 0 && (low & cause) === 0) reasons.push('hardware');
  if ((bits & ~BigInt(KNOWN)) !== 0n) reasons.push('other');
  return reasons;
};

const slowOf = async (driver: Driver, gpu: Gpu, nowMs: number): Promise<NonNullable<Gpu['slow']>> => {
  if (gpu.slow !== null && nowMs - gpu.slow.atMs < SLOW_MS) return gpu.slow;
  const memoryMhz = await driver.number(gpu.lane, 'clock', [gpu.handle, CLOCK.memory]);
  return (gpu.slow = {
    atMs: nowMs,
    temperatureC: await driver.number(gpu.lane, 'temperature', [gpu.handle, 0]),
    memoryMhz: memoryMhz === null ? null : megahertz(memoryMhz),
  });
};

/** @throws VoltanaError DEVICE_LOST, DEVICE_FAILED */
export const readGpu = async (driver: Driver, gpu: Gpu, nowMs: () => number): Promise<DeviceReading> => {
  const { id, lane, handle } = gpu;
  const askedMs = nowMs();
  const metered = await meter(driver, lane, handle, gpu.meters);
  // The energy is of a moment in between.
  const atMs = (askedMs + nowMs()) / 2;
  const out = outBuffer(16);
  const reasons = out.subarray(8);
  const code = await driver.code(lane, 'clock', [handle, CLOCK.sm, out]);
  if (code !== OK) throw driver.failure(lane, 'clock', code);
  const told = await driver.ask(lane, 'reasons', [handle, reasons]);
  const slow = await slowOf(driver, gpu, nowMs());
  gpu.seenAtMs = atMs;
  return {
    id,
    atMs,
    smMhz: megahertz(out.readUInt32LE()),
    memoryMhz: slow.memoryMhz,
    ...metered,
    temperatureC: slow.temperatureC,
    limits: told ? limitReasons(reasons.readBigUInt64LE()) : [],
  };
};
