import type { WorkloadRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import { MS_PER_S } from '../domain/units.ts';

/** What clients ask of a fleet, with the future known: what `energyBound` needs of a schedule. */
export interface OfferedLoad {
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** KV tokens that a running request holds on average over its output tokens. */
  readonly contextTokens: number;
  /** Output tokens per second that are due, window after window. */
  readonly outputTokensPerS: readonly number[];
  /** Requests per second that arrive, likewise. */
  readonly requestsPerS: readonly number[];
  readonly windowMs: number;
}

/**
 * Sums a schedule up. A request's tokens are due evenly from its arrival on, one each `slo.itlMs`: the slowest pace that keeps the SLO
 * and the one that fills batches best.
 * @param windowMs shorter than the load's changes, longer than the gaps between arrivals
 */
export function offeredLoad(schedule: Iterable<WorkloadRequest>, slo: Slo, windowMs: number): OfferedLoad {
  const due: number[] = [];
  const arrived: number[] = [];
  const sums = { requests: 0, promptTokens: 0, outputTokens: 0, contexts: 0 };
  for (const { arrivalMs, promptTokens, maxTokens } of schedule) {
    sums.requests++;
    sums.promptTokens += promptTokens;
    sums.outputTokens += maxTokens;
    sums.contexts += maxTokens * (promptTokens + maxTokens / 2);
    const first = Math.floor(arrivalMs / windowMs);
    arrived[first] = (arrived[first] ?? 0) + 1;
    spread(due, arrivalMs / windowMs, (arrivalMs + maxTokens * slo.itlMs) / windowMs, maxTokens);
  }
  const perS = (counts: readonly number[]): number[] =>
    Array.from({ length: due.length }, (_, window) => ((counts[window] ?? 0) * MS_PER_S) / windowMs);
  return {
    ...sums,
    contextTokens: sums.outputTokens > 0 ? sums.contexts / sums.outputTokens : 0,
    outputTokensPerS: perS(due),
    requestsPerS: perS(arrived),
    windowMs,
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
