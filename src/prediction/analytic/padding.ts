import type { Device } from './device.ts';

/** The batch an engine really runs: the next captured size; the batch itself beyond the largest. */
export function paddedBatch(device: Device, batch: number): number {
  for (const size of device.engine.captureSizes) if (size >= batch) return size;
  return batch;
}

/** Whether the batch lies beyond the largest captured graph, where every kernel is launched by the host. */
export const runsEagerly = (device: Device, batch: number): boolean => batch > (device.engine.captureSizes.at(-1) ?? 0);

/** GEMM rows round up to whole tiles: the batch staircase. */
export function paddedRows(device: Device, rows: number): number {
  const { tile } = device.gpu;
  const size = rows <= Math.min(tile.smallLimit, device.tileRows) ? tile.small : device.tileRows;
  return Math.ceil(rows / size) * size;
}
