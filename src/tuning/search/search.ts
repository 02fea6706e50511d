import type { Fidelity, TuningChoice } from '../../domain/tuning.ts';
import type { SeededRandom } from '../../statistics/random.ts';
import type { SearchEffort } from './effort.ts';
import type { Ledger } from './ledger.ts';
import { neighboursOf, type Neighbour } from './neighbours.ts';
import type { Layout } from './settings.ts';
import type { TuningSpace } from './space.ts';
import type { Criteria } from './standing.ts';

/** What every part of a search shares. */
export interface Search {
  readonly space: TuningSpace;
  readonly criteria: Criteria;
  readonly effort: SearchEffort;
  readonly seed: number;
  readonly ledger: Ledger;
  readonly random: SeededRandom;
  /** Those that arithmetic left over. */
  readonly layouts: readonly Layout[];
}

export const layoutKey = ({ variant, tp, prefill, decode, aggregated }: Layout): string =>
  JSON.stringify([variant, tp, prefill, decode, aggregated]);

/** One step from this one, with layouts that arithmetic left over. */
export function neighbourhood({ space, layouts }: Search, choice: TuningChoice): Neighbour[] {
  const serving = new Set(layouts.map(layoutKey));
  return neighboursOf(space, choice).filter((neighbour) => serving.has(layoutKey(neighbour.choice)));
}

/** A search takes its loads' seeds from `seed` up to this much above: whoever wants loads that it never saw begins there. */
export const SEARCH_SEEDS = 10_000;
const JUDGING = 1000;
const NEAREST = 2000;

const fidelity = (requests: number, seed: number): Fidelity => ({ requests, seed, load: 1, hostileWorld: null });

/** The same load for every configuration of a rung; another one on the next. */
export const rungFidelity = ({ effort, seed }: Search, rung: number): Fidelity => fidelity(effort.rungs[rung]!.requests, seed + rung);

/** Loads that no rung has seen. */
export const judgingFidelities = ({ effort, seed }: Search): Fidelity[] =>
  Array.from({ length: effort.judging.seeds }, (_, i) => fidelity(effort.judging.requests, seed + JUDGING + i));

export const nearestFidelity = ({ effort, seed }: Search, attempt: number): Fidelity =>
  fidelity(effort.judging.requests, seed + NEAREST + attempt);
