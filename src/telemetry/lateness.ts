import type { RequestOutcome } from '../domain/request.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { LatencySketch } from '../statistics/latency-sketch.ts';

/**
 * A request sent more than this after its intended time is late: above what a busy machine's scheduler takes away for a
 * moment, and a fortieth of a TTFT promise of one second. Latency counts from the intended time either way.
 */
const LATE_AFTER_MS = 25;
const TOLERATED_FRACTION = 0.01;
const TOLERATED_COUNT = 5;

export type Lateness = RunRecord['lateness'];
type Sent = Pick<RequestOutcome, 'intendedMs' | 'sentMs'>;

/** How late a client sent. */
export class LatenessTally {
  readonly #sketch: LatencySketch;
  #late = 0;

  constructor(sketch = new LatencySketch()) {
    this.#sketch = sketch;
  }

  add({ intendedMs, sentMs }: Sent): void {
    const lateMs = Math.max(0, sentMs - intendedMs);
    this.#sketch.add(lateMs);
    if (lateMs > LATE_AFTER_MS) this.#late++;
  }

  /** In ms after the intended time; nulls when nothing was sent. */
  lateness(): Lateness {
    const { p50, p99, max } = this.#sketch.summary();
    return { p50Ms: p50, p99Ms: p99, maxMs: max, late: this.#late };
  }
}

export const latenessOf = (sent: readonly Sent[]): Lateness => {
  const tally = new LatenessTally();
  for (const one of sent) tally.add(one);
  return tally.lateness();
};

/** The reason why a run is not valid, null when the client kept its schedule: more than 1 % and at least 5 requests late. */
export const clientTooSlow = (lateness: Lateness, offered: number): string | null =>
  lateness.late >= TOLERATED_COUNT && lateness.late > TOLERATED_FRACTION * offered
    ? `The client sent ${lateness.late} of ${offered} requests more than ${LATE_AFTER_MS} ms late: run again on a quieter machine, or at a lower rate`
    : null;
