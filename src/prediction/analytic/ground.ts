import type { ValidatedGround } from '../../domain/cards.ts';
import type { Device } from './device.ts';
import { runsEagerly } from './padding.ts';
import type { IterationWork } from './work.ts';

const BF16_BYTES = 2;

type Range = readonly [low: number, high: number];
const within = (value: number, [low, high]: Range): boolean => value >= low && value <= high;

/**
 * Where the model of a device has been checked against measurements: what its GPU card says, for dense bf16 models of a measured width on
 * one GPU. Null for every other device.
 */
export function groundOf({ gpu, model, tp }: Device): ValidatedGround | null {
  const ground = gpu.validated;
  if (!ground || tp !== 1 || model.moe) return null;
  const bf16 = model.bytesPerWeight === BF16_BYTES && model.bytesPerKvElement === BF16_BYTES;
  return bf16 && within(model.hidden, ground.hidden) ? ground : null;
}

/** Prompts were measured from their start only, and decode under captured graphs only. */
const wasMeasured = (device: Device, { phase, sequences, newTokens, kvTokens }: IterationWork, ground: ValidatedGround): boolean =>
  phase === 'decode'
    ? within(sequences, ground.decodeBatch) && !runsEagerly(device, sequences)
    : within(newTokens, ground.prefillTokens) && kvTokens <= newTokens;

/**
 * Whether measurements back an estimate of this work.
 * @param clocksMhz the clock asked for, and the one that the driver and the power limit leave
 */
export function isValidated(device: Device, work: IterationWork, ...clocksMhz: readonly number[]): boolean {
  const ground = groundOf(device);
  if (!ground || !clocksMhz.every((clockMhz) => within(clockMhz, ground.clockMhz))) return false;
  return within(work.kvTokens / work.sequences, ground.contextTokens) && wasMeasured(device, work, ground);
}

/** Whether measurements back a device at all clocks of a range. */
export const isValidatedAtClocks = (device: Device, [lowMhz, highMhz]: Range): boolean => {
  const ground = groundOf(device);
  return ground !== null && lowMhz >= ground.clockMhz[0] && highMhz <= ground.clockMhz[1];
};
