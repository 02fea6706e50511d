import type { RequestOutcome } from '../domain/request.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { quantileSorted, sorted } from '../statistics/quantile.ts';

/**
 * A request sent more than this after its intended time is late: above what a busy machine's scheduler takes away for a
 * moment, and a fortieth of a TTFT promise of one second. Latency counts from the intended time either way.
 */
const LATE_AFTER_MS = 25;
const TOLERATED_FRACTION = 0.01;
const TOLERATED_COUNT = 5;

export type Lateness = RunRecord['lateness'];

/** How late the client sent, in ms after the intended time; nulls when it sent nothing. */
export const latenessOf = (outcomes: readonly RequestOutcome[]): Lateness => {
  const lateMs = sorted(outcomes.map((outcome) => Math.max(0, outcome.sentMs - outcome.intendedMs)));
  return {
    p50Ms: quantileSorted(lateMs, 0.5),
    p99Ms: quantileSorted(lateMs, 0.99),
    maxMs: quantileSorted(lateMs, 1),
    late: lateMs.filter((ms) => ms > LATE_AFTER_MS).length,
  };
};

/** The reason why a run is not valid, null when the client kept its schedule: more than 1 % and at least 5 requests late. */
export const clientTooSlow = (lateness: Lateness, offered: number): string | null =>
  lateness.late >= TOLERATED_COUNT && lateness.late > TOLERATED_FRACTION * offered
    ? `The client sent ${lateness.late} of ${offered} requests more than ${LATE_AFTER_MS} ms late: run again on a quieter machine, or at a lower rate`
    : null;
