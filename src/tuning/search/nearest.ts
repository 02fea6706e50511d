import type { Slo } from '../../domain/slo.ts';
import type { Asking, SearchOutcome } from '../types.ts';
import { NEAREST_TRIES } from './effort.ts';
import { nearestFidelity, type Search } from './search.ts';
import { byAttainment, entryOf, type Entry } from './standing.ts';

/** A promise grows by this factor from one try to the next, and ever faster: the nearest digit is not worth a run. */
const LOOSER = 1.15;
const PROMISED_DIGITS = 10;

const roundedUp = (ms: number): number => Math.ceil(ms * PROMISED_DIGITS) / PROMISED_DIGITS;

/** The promise that 99 of 100 requests of every run kept, and no tighter than the one asked for. Null where more is left over than is served. */
function promiseOf({ evaluations }: Entry, asked: Slo): Slo | null {
  const worst = (values: readonly (number | null)[]): number | null =>
    values.some((value) => value === null) ? null : Math.max(...values.map(Number));
  const [ttftMs, itlMs] = [worst(evaluations.map((run) => run.ttftP99Ms)), worst(evaluations.map((run) => run.tpotP99Ms))];
  if (ttftMs === null || itlMs === null || evaluations.some(({ overloaded }) => overloaded)) return null;
  return { ttftMs: Math.max(asked.ttftMs, ttftMs), itlMs: Math.max(asked.itlMs, itlMs) };
}

/** By how much the promises would have to give. */
const stretch = (promise: Slo, asked: Slo): number => Math.max(promise.ttftMs / asked.ttftMs, promise.itlMs / asked.itlMs);

const times = ({ ttftMs, itlMs }: Slo, asked: Slo, factor: number): Slo => ({
  ttftMs: ttftMs > asked.ttftMs || itlMs <= asked.itlMs ? roundedUp(ttftMs * factor) : ttftMs,
  itlMs: itlMs > asked.itlMs || ttftMs <= asked.ttftMs ? roundedUp(itlMs * factor) : itlMs,
});

/** A promise near this one that runs under it keep, as sure as was asked for; null when some tries find none. */
function* kept(search: Search, { choice }: Entry, promise: Slo): Asking<Slo | null> {
  const { slo } = search.criteria.constraints;
  for (let attempt = 0; attempt < NEAREST_TRIES; attempt += 1) {
    const looser = times(promise, slo, LOOSER ** ((attempt * (attempt + 1)) / 2));
    const runs = yield* search.ledger.ask('the nearest promise', [choice], nearestFidelity(search, attempt), looser);
    if (entryOf(choice, runs, search.criteria).standing.sure) return looser;
  }
  return null;
}

/**
 * Where none keeps the target: the configuration whose promises would have to give least, and what it would keep instead, tried on
 * fresh loads. Without a promise where even the nearest is overloaded, or where it is the power budget that nothing keeps.
 */
export function* nearestOf(search: Search, judged: readonly Entry[]): Asking<NonNullable<SearchOutcome['nearest']>> {
  const { slo } = search.criteria.constraints;
  const affordable = judged.filter(({ standing }) => standing.withinPower);
  const among = affordable.length > 0 ? affordable : judged;
  const known = among.flatMap((entry) => {
    const promise = promiseOf(entry, slo);
    return promise ? [{ entry, promise, stretch: stretch(promise, slo) }] : [];
  });
  const [nearest] = known.sort((a, b) => a.stretch - b.stretch || byAttainment(a.entry, b.entry));
  if (!nearest || affordable.length === 0) {
    const entry = nearest?.entry ?? [...among].sort(byAttainment)[0]!;
    return { judged: { choice: entry.choice, evaluations: entry.evaluations }, slo: null };
  }
  const { entry, promise } = nearest;
  return { judged: { choice: entry.choice, evaluations: entry.evaluations }, slo: yield* kept(search, entry, promise) };
}
