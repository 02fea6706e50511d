import type { Device } from './device.ts';

/** The batch an engine really runs: the next captured size; the batch itself beyond the largest. */
export function paddedBatch({ captured }: Device, batch: number): number {
  const whole = Math.ceil(batch);
  return whole < captured.length ? captured[whole]! : batch;
}

/** Whether the batch lies beyond the largest captured graph, where every kernel is launched by the host. */
export const runsEagerly = ({ captured }: Device, batch: number): boolean => Math.ceil(batch) >= captured.length;

/** GEMM rows round up to whole tiles: the batch staircase. */
export function paddedRows({ tile }: Device, rows: number): number {
  const size = rows <= tile.smallLimit ? tile.small : tile.large;
  return Math.ceil(rows / size) * size;
}
