import type { RunBlock } from '../domain/run-record.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { TimeSums } from '../statistics/time-sums.ts';
import { energyJ } from './energy.ts';
import { durationOf, splitInterval, type Interval, type MeterTrack } from './meter-sample.ts';

const BLOCKS = 10;

/** What was delivered, by when. */
export interface Delivered {
  /** Tokens of all answers. */
  readonly tokens: TimeSums;
  /** Tokens of completed requests, and those requests. */
  readonly completedTokens: TimeSums;
  readonly completed: TimeSums;
}

/** Ten blocks, fewer when one would be shorter than a second: gaps and settling would then reach across blocks. */
const blockCount = (span: Interval): number => Math.min(BLOCKS, Math.max(1, Math.floor(durationOf(span) / MS_PER_S)));

/** Whole numbers that add up to the same: a bin may lie across an edge. */
const wholeParts = (parts: readonly number[]): number[] => {
  let sum = 0;
  return parts.map((part) => {
    const before = Math.round(sum);
    sum += part;
    return Math.round(sum) - before;
  });
};

/**
 * Equal stretches of the span with their energy, the tokens of completed requests by time of delivery, and the
 * requests completed within. Each adds up to the run's figure. Times are seconds since the span's start.
 */
export const runBlocks = (delivered: Delivered, tracks: readonly MeterTrack[], span: Interval): RunBlock[] => {
  const blocks = splitInterval(span, blockCount(span));
  const edgesMs = [span.startMs, ...blocks.map(({ endMs }) => endMs)];
  const tokens = wholeParts(delivered.completedTokens.parts(edgesMs));
  const completed = wholeParts(delivered.completed.parts(edgesMs));
  return blocks.map((block, i) => ({
    startS: (block.startMs - span.startMs) / MS_PER_S,
    endS: (block.endMs - span.startMs) / MS_PER_S,
    energyJ: energyJ(tracks, block),
    outputTokens: tokens[i]!,
    completed: completed[i]!,
  }));
};
