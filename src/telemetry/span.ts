import type { RequestOutcome } from '../domain/request.ts';
import type { Interval } from './meter-sample.ts';
import { lastSeenMs } from './token-times.ts';

/** When a run's requests were offered, and when they were heard of last. */
export class SpanTally {
  #startMs = Infinity;
  #endMs = -Infinity;
  #unfinishedSeenMs = -Infinity;

  /** @param seenMs when it ended, or was heard of last */
  add({ intendedMs, status }: Pick<RequestOutcome, 'intendedMs' | 'status'>, seenMs: number): void {
    this.#startMs = Math.min(this.#startMs, intendedMs);
    if (status === 'unfinished') this.#unfinishedSeenMs = Math.max(this.#unfinishedSeenMs, seenMs);
    else this.#endMs = Math.max(this.#endMs, seenMs);
  }

  /**
   * What a run's energy and rates count: from the first intended arrival until the last request ended.
   * @param abandonedAtMs when waiting for unfinished requests was given up; without it they count until last heard of
   * @returns an empty interval at 0 when nothing was offered
   */
  span(abandonedAtMs: number | null): Interval {
    const startMs = this.#startMs;
    if (startMs === Infinity) return { startMs: 0, endMs: 0 };
    const unfinishedMs = this.#unfinishedSeenMs === -Infinity ? startMs : (abandonedAtMs ?? this.#unfinishedSeenMs);
    return { startMs, endMs: Math.max(startMs, this.#endMs, unfinishedMs) };
  }
}

/** Of outcomes that are all at hand; see `SpanTally.span`. */
export const measuredSpan = (outcomes: readonly RequestOutcome[], abandonedAtMs: number | null = null): Interval => {
  const tally = new SpanTally();
  for (const outcome of outcomes) tally.add(outcome, lastSeenMs(outcome));
  return tally.span(abandonedAtMs);
};
