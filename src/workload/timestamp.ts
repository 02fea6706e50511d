import { MS_PER_S } from '../domain/units.ts';

/** A point in time in two parts: one double cannot hold ms since 1970 and 100 ns at once. */
export interface Timestamp {
  /** Whole seconds since 1970, in ms. */
  readonly secondsMs: number;
  /** The rest, below 1000. */
  readonly fractionMs: number;
}

const PATTERN = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/;

/** A UTC time such as `2023-11-16 18:15:46.6805900`; null where the text is none or names a day that does not exist. */
export const parseTimestamp = (text: string): Timestamp | null => {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const wanted = `${match[1]}T${match[2]}`;
  const secondsMs = Date.parse(`${wanted}Z`);
  // Date.parse carries 31 February over into March: only a time that prints as it was written exists.
  if (Number.isNaN(secondsMs) || !new Date(secondsMs).toISOString().startsWith(wanted)) return null;
  return { secondsMs, fractionMs: Number(`0.${match[3] ?? '0'}`) * MS_PER_S };
};

/** ms from `zero` to `at`. */
export const relativeMs = (at: Timestamp, zero: Timestamp): number => at.secondsMs - zero.secondsMs + (at.fractionMs - zero.fractionMs);
