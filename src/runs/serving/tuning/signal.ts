/** What somebody said last of what energy costs. */
export interface HeardSignal {
  readonly value: number | null;
  readonly atMs: number;
}

/** Whoever tells it tells it again and again: after so long it is silent. */
const SILENT_AFTER_MS = 120_000;

/** The signal as it is now; null while its source is silent. */
export const signalAt = ({ value, atMs }: HeardSignal, nowMs: number): number | null => (nowMs - atMs > SILENT_AFTER_MS ? null : value);
