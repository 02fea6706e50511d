import type { RequestOutcome } from '../domain/request.ts';
import type { Interval } from './meter-sample.ts';
import { lastSeenMs } from './token-times.ts';

/**
 * What a run's energy and rates count: from the first intended arrival until the last request ended.
 * @param abandonedAtMs when waiting for unfinished requests was given up; without it they count until last heard of
 * @returns an empty interval at 0 when nothing was offered
 */
export const measuredSpan = (outcomes: readonly RequestOutcome[], abandonedAtMs: number | null = null): Interval => {
  if (outcomes.length === 0) return { startMs: 0, endMs: 0 };
  const startMs = outcomes.reduce((first, outcome) => Math.min(first, outcome.intendedMs), Infinity);
  const endOf = (outcome: RequestOutcome): number =>
    outcome.status === 'unfinished' && abandonedAtMs !== null ? abandonedAtMs : lastSeenMs(outcome);
  return { startMs, endMs: outcomes.reduce((last, outcome) => Math.max(last, endOf(outcome)), startMs) };
};
