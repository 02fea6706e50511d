import type { WorkloadRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import { MS_PER_S } from '../domain/units.ts';

/** What clients ask of a fleet, with the future known: what `energyBound` needs of a schedule. */
export interface OfferedLoad {
  readonly requests: number;
  readonly promptTokens: number;
  /** Output tokens that decode has to yield: the first one of each request comes with its prefill. */
  readonly decodeTokens: number;
  /** KV tokens that a running request holds on average over those tokens. */
  readonly contextTokens: number;
  /** The same tokens per second, as they are due, window after window. */
  readonly decodeTokensPerS: readonly number[];
  readonly windowMs: number;
  /** How many requests can share a prefill iteration with so many others at the most: by that number, itself included. */
  readonly sharing: ReadonlyMap<number, number>;
}

/** Short against the lives of requests, so that batches that come and go are seen at their size. */
const WINDOW_MS = 500;

/**
 * Sums a schedule up. A request's tokens are due evenly from its arrival on, one each `slo.itlMs`: the slowest pace that keeps the SLO
 * and the one that fills batches best.
 * @param schedule ascending by arrival
 * @param ttftMsOf the promise to a prompt of that many tokens, where it depends on them
 */
export function offeredLoad(
  schedule: readonly WorkloadRequest[],
  slo: Slo,
  ttftMsOf: (promptTokens: number) => number = () => slo.ttftMs,
): OfferedLoad {
  const due: number[] = [];
  const sums = { requests: schedule.length, promptTokens: 0, decodeTokens: 0 };
  let contexts = 0;
  for (const { arrivalMs, promptTokens, maxTokens } of schedule) {
    sums.promptTokens += promptTokens;
    const gaps = Math.max(0, maxTokens - 1);
    sums.decodeTokens += gaps;
    contexts += gaps * (promptTokens + maxTokens / 2);
    if (gaps > 0) spread(due, arrivalMs / WINDOW_MS, (arrivalMs + gaps * slo.itlMs) / WINDOW_MS, gaps);
  }
  return {
    ...sums,
    contextTokens: sums.decodeTokens > 0 ? contexts / sums.decodeTokens : 0,
    decodeTokensPerS: Array.from(due, (tokens = 0) => (tokens * MS_PER_S) / WINDOW_MS),
    windowMs: WINDOW_MS,
    sharing: sharingOf(schedule, ttftMsOf),
  };
}

/** Adds `amount` evenly over [from, to), both in windows. */
function spread(into: number[], from: number, to: number, amount: number): void {
  const perWindow = amount / Math.max(to - from, Number.EPSILON);
  for (let window = Math.floor(from); window < to; window++) {
    const part = Math.min(to, window + 1) - Math.max(from, window);
    into[window] = (into[window] ?? 0) + perWindow * part;
  }
}

/**
 * An iteration starts when all of its prompts have arrived and none is late already, so its size is at most the number that may
 * wait at that moment. That number peaks at arrivals: for each request the largest peak while it may wait itself.
 */
function sharingOf(schedule: readonly WorkloadRequest[], ttftMsOf: (promptTokens: number) => number): Map<number, number> {
  const lateMs = schedule.map(({ arrivalMs, promptTokens }) => arrivalMs + ttftMsOf(promptTokens));
  const ends = [...lateMs].sort((a, b) => a - b);
  let gone = 0;
  const waiting = schedule.map(({ arrivalMs }, arrived) => {
    while (ends[gone]! < arrivalMs) gone++;
    return arrived + 1 - gone;
  });
  const sharing = new Map<number, number>();
  schedule.forEach((_, i) => {
    let most = 1;
    for (let j = i; j < schedule.length && schedule[j]!.arrivalMs <= lateMs[i]!; j++) most = Math.max(most, waiting[j]!);
    sharing.set(most, (sharing.get(most) ?? 0) + 1);
  });
  return sharing;
}
