import type { Evaluation } from '../../../domain/tuning.ts';
import { quantile } from '../../../statistics/quantile.ts';

const P99 = 0.99;
const MEDIAN = 0.5;
const QUARTERS = 4;

/**
 * Who waits longer and longer will wait too long one day, however far the deadline is, and a run is shorter than that. This much more
 * per time is within what queues do that are not full; so is this much at all, ms.
 */
const GROWTH_PART = 0.02;
const GROWTH_MS = 2000;

/** One request that was served or given up. */
interface Ended {
  readonly arrivalMs: number;
  readonly ttftMs: number | null;
  readonly e2eMs: number | null;
}

export type DeadlineFigures = Pick<Evaluation, 'ttftAttainment' | 'itlAttainment' | 'ttftP99Ms' | 'tpotP99Ms' | 'overloaded'> & {
  readonly e2eP99Ms: number | null;
};

/** What becomes of requests that have to end within a deadline, and are promised nothing else. */
export class DeadlineTally {
  readonly #deadlineMs: number;
  readonly #all: Ended[] = [];

  /** @param deadlineMs from a request's arrival to the end of its answer */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** @param e2eMs null for one that did not complete @returns whether it kept its deadline */
  ended(arrivalMs: number, ttftMs: number | null, e2eMs: number | null): boolean {
    this.#all.push({ arrivalMs, ttftMs, e2eMs });
    return e2eMs !== null && e2eMs <= this.#deadlineMs;
  }

  figures(): DeadlineFigures {
    const e2esMs = this.#all.flatMap(({ e2eMs }) => e2eMs ?? []);
    const e2eP99Ms = quantile(e2esMs, P99);
    return { ttftAttainment: null, itlAttainment: null, ttftP99Ms: null, tpotP99Ms: null, e2eP99Ms, overloaded: this.#overloaded() };
  }

  /** The last quarter of the requests waits longer than the second did, by more than chance makes of it. Nobody is left over otherwise: a run goes on for a deadline. */
  #overloaded(): boolean {
    if (this.#all.some(({ e2eMs }) => e2eMs === null)) return true;
    const [, second, , last] = this.#quarters();
    if (second === undefined || last === undefined) return false;
    const between = last.arrivalMs - second.arrivalMs;
    return last.waitMs - second.waitMs > Math.max(GROWTH_PART * between, GROWTH_MS);
  }

  /** Median arrival and wait of each, by arrival; of too few requests there are none. */
  #quarters(): { readonly arrivalMs: number; readonly waitMs: number }[] {
    const byArrival = [...this.#all].sort((a, b) => a.arrivalMs - b.arrivalMs);
    const size = Math.floor(byArrival.length / QUARTERS);
    if (size === 0) return [];
    return Array.from({ length: QUARTERS }, (_, quarter) => {
      const requests = byArrival.slice(quarter * size, (quarter + 1) * size);
      const middle = (of: (one: Ended) => number): number => quantile(requests.map(of), MEDIAN)!;
      return { arrivalMs: middle(({ arrivalMs }) => arrivalMs), waitMs: middle(({ ttftMs }) => ttftMs ?? 0) };
    });
  }
}
