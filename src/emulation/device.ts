import type { EngineRole } from '../domain/instance.ts';
import { createDevice, type Device } from '../prediction/analytic/device.ts';
import { createRandom } from '../statistics/random.ts';
import { drawPersonality } from './personality.ts';
import type { EmulatedInstanceSpec } from './types.ts';

/** The device that a spec stands for, hidden personality included. */
export const emulatedDevice = (spec: EmulatedInstanceSpec<EngineRole>): Device =>
  createDevice(
    spec.gpu,
    spec.model,
    spec.engine,
    spec.tp,
    spec.personality ?? drawPersonality(createRandom(spec.seed).fork('personality')),
  );

/** Clocks that a GPU card offers, ascending. */
export const clockTable = ({ clock }: EmulatedInstanceSpec['gpu']): number[] => {
  const count = Math.floor((clock.maxMhz - clock.minMhz) / clock.stepMhz) + 1;
  return Array.from({ length: count }, (_, i) => clock.minMhz + i * clock.stepMhz);
};
