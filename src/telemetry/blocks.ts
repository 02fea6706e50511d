import type { RequestOutcome } from '../domain/request.ts';
import type { RunBlock } from '../domain/run-record.ts';
import { MS_PER_S } from '../domain/units.ts';
import { energyJ } from './energy.ts';
import { durationOf, splitInterval, type Interval, type MeterTrack } from './meter-sample.ts';
import { deliveriesOf } from './token-times.ts';

const BLOCKS = 10;

/** Ten blocks, fewer when one would be shorter than a second: gaps and settling would then reach across blocks. */
const blockCount = (span: Interval): number => Math.min(BLOCKS, Math.max(1, Math.floor(durationOf(span) / MS_PER_S)));

/** Adds up amounts by the block in which they fall; what lies outside counts at its edge, so that nothing is lost. */
const sumByBlock = (amounts: readonly { readonly atMs: number; readonly amount: number }[], span: Interval, count: number): number[] => {
  const sums = new Array<number>(count).fill(0);
  const blockMs = durationOf(span) / count;
  for (const { atMs, amount } of amounts) {
    const block = blockMs > 0 ? Math.floor((atMs - span.startMs) / blockMs) : 0;
    sums[Math.min(Math.max(block, 0), count - 1)]! += amount;
  }
  return sums;
};

/**
 * Equal stretches of the span with their energy, the tokens of completed requests by time of delivery, and the
 * requests completed within. Each adds up to the run's figure. Times are seconds since the span's start.
 */
export const runBlocks = (outcomes: readonly RequestOutcome[], tracks: readonly MeterTrack[], span: Interval): RunBlock[] => {
  const count = blockCount(span);
  const completed = outcomes.filter((outcome) => outcome.status === 'completed');
  const deliveries = completed.flatMap(deliveriesOf).map(({ atMs, tokens }) => ({ atMs, amount: tokens }));
  const ends = completed.map((outcome) => ({ atMs: outcome.endMs ?? span.endMs, amount: 1 }));
  const tokens = sumByBlock(deliveries, span, count);
  const ended = sumByBlock(ends, span, count);
  return splitInterval(span, count).map((block, i) => ({
    startS: (block.startMs - span.startMs) / MS_PER_S,
    endS: (block.endMs - span.startMs) / MS_PER_S,
    energyJ: energyJ(tracks, block),
    outputTokens: tokens[i]!,
    completed: ended[i]!,
  }));
};
