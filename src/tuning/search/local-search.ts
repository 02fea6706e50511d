import type { Asking } from '../types.ts';
import type { TuningChoice } from '../../domain/tuning.ts';
import { shuffled } from './drawing.ts';
import { lookAt } from './rungs.ts';
import { choiceKey } from './settings.ts';
import { neighbourhood, rungFidelity, type Search } from './search.ts';
import { byAttainment, byCost, ofFamilies, type Entry } from './standing.ts';

export interface Polished {
  readonly entries: readonly Entry[];
  /** No neighbour of the best is better, as far as its rung can tell; false where the work was bounded. */
  readonly settled: boolean;
}

/** Looked around: the cheapest that surely keep the target, and the cheapest that do so far, of different layouts or governors. */
const CENTRES = 3;
/** Confirmed of one round of neighbours. */
const CONFIRMED = 5;

function centres(entries: readonly Entry[]): Entry[] {
  const likely = entries.filter(({ standing }) => standing.likely).sort(byCost);
  if (likely.length === 0) return ofFamilies([...entries].sort(byAttainment)).slice(0, CENTRES);
  const sure = likely.filter(({ standing }) => standing.sure);
  return [...new Set([sure, likely].flatMap((rising) => ofFamilies(rising).slice(0, CENTRES)))];
}

const better = (entry: Entry, than: Entry): boolean =>
  than.standing.likely ? entry.standing.likely && byCost(entry, than) < 0 : byAttainment(entry, than) < 0;

/** Neighbours that were not on the last rung, unknown ones at last: what is known already costs nothing. */
function candidates(search: Search, { choice, key }: Entry, known: ReadonlySet<string>, rung: number): TuningChoice[] {
  const fidelity = rungFidelity(search, rung);
  const all = shuffled(neighbourhood(search, choice), search.random.fork(`local ${key}`)).map((neighbour) => neighbour.choice);
  const fresh = all.filter((one) => !known.has(choiceKey(one)));
  return [...fresh.filter((one) => search.ledger.knows(one, fidelity)), ...fresh.filter((one) => !search.ledger.knows(one, fidelity))];
}

interface Budget {
  looks: number;
  confirmations: number;
}

/** Better ones around this one: looked at on the rung below, side by side with it, and confirmed on the last. */
function* lookAround(search: Search, centre: Entry, known: ReadonlySet<string>, budget: Budget): Asking<Entry[]> {
  const last = search.effort.rungs.length - 1;
  const below = Math.max(0, last - 1);
  const fidelity = rungFidelity(search, below);
  const found = candidates(search, centre, known, below);
  const free = [centre.choice, ...found].filter((choice) => search.ledger.knows(choice, fidelity)).length;
  const choices = [centre.choice, ...found].slice(0, free + budget.looks);
  budget.looks -= Math.max(0, choices.length - free);
  const [itself, ...others] = yield* lookAt(search, 'around the best', choices, below);
  const promising = others.filter((entry) => better(entry, itself!)).sort(itself!.standing.likely ? byCost : byAttainment);
  const confirmed = promising.slice(0, Math.min(CONFIRMED, budget.confirmations));
  budget.confirmations -= confirmed.length;
  return yield* lookAt(
    search,
    'around the best, confirmed',
    confirmed.map(({ choice }) => choice),
    last,
  );
}

/** Steps from the best to better neighbours until there are none, or until the effort is spent. */
export function* polish(search: Search, top: readonly Entry[]): Asking<Polished> {
  const entries = new Map(top.map((entry) => [entry.key, entry]));
  const done = new Set<string>();
  const budget = { ...search.effort.local };
  for (;;) {
    const centre = centres([...entries.values()]).find(({ key }) => !done.has(key));
    if (!centre) return { entries: [...entries.values()], settled: true };
    if (budget.looks <= 0 || budget.confirmations <= 0) return { entries: [...entries.values()], settled: false };
    done.add(centre.key);
    for (const entry of yield* lookAround(search, centre, new Set(entries.keys()), budget)) entries.set(entry.key, entry);
  }
}
