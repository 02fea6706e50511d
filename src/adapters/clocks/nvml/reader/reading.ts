import type { DeviceReading } from '../../../../domain/device.ts';
import { joules, megahertz, watts } from '../../../../domain/units.ts';
import type { Gpu } from '../gpu.ts';
import { SLOW_MS, limitReasons } from '../reading.ts';
import { VALUE, WANT, sharedNowMs } from './shared.ts';

const MW_PER_W = 1000;
const MJ_PER_J = 1000;
/** Idle or at set clocks: the usual answers. */
const HARMLESS = 3;

/** Null where nothing was told. */
const told = <T>(value: number, as: (value: number) => T): T | null => (Number.isNaN(value) ? null : as(value));
const inWatts = (milliwatts: number): ReturnType<typeof watts> => watts(milliwatts / MW_PER_W);
const inJoules = (millijoules: number): ReturnType<typeof joules> => joules(millijoules / MJ_PER_J);
const limitsIn = (bits: number): DeviceReading['limits'] => (bits > HARMLESS ? limitReasons(BigInt(bits)) : []);

/** How much is to be asked of a GPU now. */
export const wantOf = ({ slow }: Gpu, nowMs: number): number =>
  slow !== null && nowMs - slow.atMs < SLOW_MS ? WANT.reading : WANT.slowToo;

/** What the thread has left in `values`; null where not everything went well. */
export const readingIn = (gpu: Gpu, values: Float64Array, base: number, want: number, nowMs: number): DeviceReading | null => {
  const at = (place: number): number => values[base + place]!;
  if (at(VALUE.well) !== 1) return null;
  if (want === WANT.slowToo) {
    gpu.slow = {
      atMs: nowMs,
      temperatureC: told(at(VALUE.temperatureC), Number),
      memoryMhz: told(at(VALUE.memoryMhz), megahertz),
      persistent: told(at(VALUE.persistence), (mode) => mode === 1),
    };
  }
  gpu.seenAtMs = nowMs;
  return {
    id: gpu.id,
    atMs: nowMs - (sharedNowMs() - at(VALUE.atMs)),
    smMhz: megahertz(at(VALUE.smMhz)),
    memoryMhz: gpu.slow?.memoryMhz ?? null,
    instantW: told(at(VALUE.instantMw), inWatts),
    averageW: told(at(VALUE.averageMw), inWatts),
    counterJ: told(at(VALUE.energyMj), inJoules),
    temperatureC: gpu.slow?.temperatureC ?? null,
    limits: limitsIn(at(VALUE.reasons)),
  };
};
