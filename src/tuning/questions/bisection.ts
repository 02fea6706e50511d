import type { Asking } from '../types.ts';

/** Whether a load is kept. */
export type Probe = (load: number) => Asking<boolean>;

export interface Bisected {
  /** The largest load that was seen to be kept with no smaller one seen to fail; null where even the least fails. */
  readonly kept: number | null;
  /** The least that failed; null where even the largest is kept. */
  readonly failed: number | null;
  readonly probes: number;
}

export interface BisectionOptions {
  readonly from: number;
  /** Of the steps until one load is kept and one is not, > 1. */
  readonly growth: number;
  readonly least: number;
  readonly most: number;
  /** Relative: the two loads are no further apart at the end. */
  readonly tolerance: number;
}

/** Parts of the answer that are tried when it is found: chance, or a configuration that is worse with less to do, may fail there. */
const GUARDS = [0.9, 0.7, 0.5];

/** What was seen so far. What failed limits what may count as kept. */
class Seen {
  readonly #tried = new Map<number, boolean>();

  /** Each load once: a second look at the same runs tells nothing. */
  *probe(load: number, probe: Probe): Asking<boolean> {
    const known = this.#tried.get(load);
    if (known !== undefined) return known;
    const keeps: boolean = yield* probe(load);
    this.#tried.set(load, keeps);
    return keeps;
  }

  get bisected(): Bisected {
    const all = [...this.#tried];
    const failed = Math.min(...all.filter(([, keeps]) => !keeps).map(([load]) => load));
    const kept = Math.max(...all.filter(([load, keeps]) => keeps && load < failed).map(([load]) => load));
    return { kept: kept === -Infinity ? null : kept, failed: failed === Infinity ? null : failed, probes: all.length };
  }
}

/** Steps up or down until there is a load that is kept and one that is not, or the end is reached. */
function* bracket(seen: Seen, probe: Probe, { from, growth, least, most }: BisectionOptions): Asking<void> {
  let load = Math.min(most, Math.max(least, from));
  const rises: boolean = yield* seen.probe(load, probe);
  const [end, step] = rises ? [most, growth] : [least, 1 / growth];
  while (load !== end) {
    load = rises ? Math.min(end, load * step) : Math.max(end, load * step);
    if ((yield* seen.probe(load, probe)) !== rises) return;
  }
}

function* narrow(seen: Seen, probe: Probe, { least, tolerance }: BisectionOptions): Asking<void> {
  for (;;) {
    const { kept, failed } = seen.bisected;
    if (failed === null || failed <= least) return;
    if (kept !== null && failed <= kept * (1 + tolerance)) return;
    // A guard may have failed below all that is kept: down again.
    const next = kept === null ? Math.max(least, failed / 2) : Math.sqrt(kept * failed);
    yield* seen.probe(next, probe);
  }
}

/**
 * The largest load that is kept, by bisection on its logarithm. Smaller loads are tried at the end: where one of them fails the answer lies
 * below it. Ends: every probe is of a load not seen before, and the interval halves.
 */
export function* largestKept(probe: Probe, options: BisectionOptions): Asking<Bisected> {
  const seen = new Seen();
  yield* bracket(seen, probe, options);
  for (;;) {
    yield* narrow(seen, probe, options);
    const { kept } = seen.bisected;
    if (kept === null) return seen.bisected;
    let held = true;
    for (const guard of GUARDS) held &&= kept * guard < options.least || (yield* seen.probe(kept * guard, probe));
    if (held) return seen.bisected;
  }
}
