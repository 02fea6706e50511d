import type { ModelCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { clockTable } from '../../emulation/instance.ts';
import { weightBytes, type Device } from '../../prediction/analytic/device.ts';
import { kvBytesPerTokenOfGpu } from '../../prediction/analytic/rates.ts';
import { unevenParts } from '../../prediction/analytic/tensor-parallel.ts';

/** GPUs per instance that an estimate takes. */
const MOST_TP = 64;

const splits = (model: ModelCard): number[] =>
  Array.from({ length: MOST_TP }, (_, i) => i + 1).filter((tp) => unevenParts(model, tp).length === 0);

/** Engines split heads, KV heads and FFN columns evenly. @throws VoltanaError BAD_VALUE */
export function checkSplit(model: ModelCard, tp: number): void {
  const uneven = unevenParts(model, tp);
  if (uneven.length === 0) return;
  throw new VoltanaError('BAD_VALUE', `--tp ${tp} does not divide the ${uneven.join(' and the ')} of ${model.id}`, {
    hint: `Give one of ${splits(model).join(', ')}.`,
  });
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const sizesOf = ({ gpu, model }: Device, tp: number) => ({
  hbm: gpu.hbmBytes * tp,
  weights: weightBytes(model, tp),
  perToken: kvBytesPerTokenOfGpu(model, tp) * tp,
});

/** What would fit, in tokens here and in GPUs of this kind. */
function whatFits(device: Device, kvTokens: number): string {
  const { hbm, weights, perToken } = sizesOf(device, device.tp);
  const room = Math.max(0, Math.floor((hbm - weights) / perToken));
  const enough = splits(device.model).find((tp) => {
    const sizes = sizesOf(device, tp);
    return sizes.weights + kvTokens * sizes.perToken <= sizes.hbm;
  });
  const wider = enough === undefined ? `no --tp up to ${MOST_TP} holds this` : `--tp ${enough} holds this`;
  return `Beside the weights there is room for ${room} tokens of KV in all; ${wider}.`;
}

/**
 * Refuses only what the memory cannot hold, with the arithmetic: how much of it an engine would fill is its own choice.
 * @throws VoltanaError DOES_NOT_FIT
 */
export function checkFits(device: Device, kvTokens: number): void {
  const { gpu, model, tp } = device;
  const { hbm, weights, perToken } = sizesOf(device, tp);
  const kvBytes = kvTokens * perToken;
  if (weights + kvBytes <= hbm) return;
  throw new VoltanaError(
    'DOES_NOT_FIT',
    `${gigabytes(weights)} of weights (${model.id}) and ${gigabytes(kvBytes)} of KV (${kvTokens} tokens) exceed the ${gigabytes(hbm)} of ${tp} x ${gpu.id}`,
    { hint: whatFits(device, kvTokens) },
  );
}

/** The clock asked for, or all of the table. @throws VoltanaError CLOCK_OUTSIDE_CARD */
export function clocksOf({ gpu }: Device, clockMhz: number | undefined): readonly number[] {
  const table = clockTable(gpu);
  if (clockMhz === undefined) return table;
  if (table.includes(clockMhz)) return [clockMhz];
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${clockMhz} MHz is not a clock of ${gpu.id}`, {
    hint: `Its table is ${table[0]}..${table.at(-1)} MHz in steps of ${gpu.clock.stepMhz}.`,
  });
}
