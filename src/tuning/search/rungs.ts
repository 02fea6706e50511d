import { gpusOf, type SearchFigures, type TuningChoice } from '../../domain/tuning.ts';
import type { Asking } from '../types.ts';
import { drawAround, drawChoices } from './drawing.ts';
import { rungFidelity, type Search } from './search.ts';
import { everyChoice } from './space.ts';
import { byAttainment, byCost, entryOf, ofFamilies, type Entry } from './standing.ts';

/** Parts of a rung's places. The cheapest are often those that only just fail: others keep a place for the careful and the different. */
const LIKELY_PART = 0.4;
const SURE_PART = 0.2;
const DIFFERENT_PART = 0.2;

const kindOf = ({ choice }: Entry): string => `${choice.variant} ${gpusOf(choice)} ${choice.aggregated > 0}`;

/** The cheapest of each device, number of GPUs and kind of fleet: short runs tell least about small fleets. */
const cheapestOfKinds = (rising: readonly Entry[]): Entry[] =>
  [...new Map([...rising].reverse().map((entry) => [kindOf(entry), entry])).values()].sort(byCost);

/** Those that go on: half surely out of reach first, then by cost. Where none can keep the target, those that come nearest. */
export function survivors(entries: readonly Entry[], places: number): Entry[] {
  const possible = entries.filter(({ standing }) => standing.possible).sort(byCost);
  if (possible.length === 0) return [...entries].sort(byAttainment).slice(0, places);
  const likely = possible.filter(({ standing }) => standing.likely);
  const chosen = new Set<Entry>();
  const take = (from: readonly Entry[], part: number): void => {
    for (const entry of from.slice(0, Math.ceil(part * places))) if (chosen.size < places) chosen.add(entry);
  };
  take(likely, LIKELY_PART);
  take(
    possible.filter(({ standing }) => standing.sure),
    SURE_PART,
  );
  take(cheapestOfKinds(likely.length > 0 ? likely : possible), DIFFERENT_PART);
  take(possible.slice(0, places), 1);
  // Places that are left after doubles go to the next cheapest.
  for (const entry of possible) if (chosen.size < places) chosen.add(entry);
  return [...chosen].sort(byCost);
}

export function* lookAt(search: Search, stage: string, choices: readonly TuningChoice[], rung: number): Asking<Entry[]> {
  const evaluations = yield* search.ledger.ask(stage, choices, rungFidelity(search, rung));
  return choices.map((choice, i) => entryOf(choice, [evaluations[i]!], search.criteria));
}

interface Start {
  readonly choices: readonly TuningChoice[];
  readonly rung: number;
}

/** All there are, on the last rung that has places for them; or as many as the first rung holds, by chance. */
function start({ space, layouts, effort, random }: Search): Start {
  const first = effort.rungs[0]!;
  const all = everyChoice(space, layouts, first.enter + first.neighbours);
  if (all === null) return { choices: drawChoices(space, layouts, first.enter, random.fork('draw')), rung: 0 };
  const roomy = effort.rungs.findLastIndex(({ enter }) => all.length <= enter);
  return { choices: all, rung: Math.max(0, roomy) };
}

export interface Climbed {
  /** Everything that was looked at on the last rung. */
  readonly top: readonly Entry[];
  readonly rungs: SearchFigures['rungs'];
}

/** The best so far and new ones around them, on one rung. */
function* climbOne(search: Search, choices: readonly TuningChoice[], rung: number): Asking<Entry[]> {
  const { effort, random } = search;
  const { neighbours } = effort.rungs[rung]!;
  const name = `rung ${rung + 1} of ${effort.rungs.length}`;
  const entered = yield* lookAt(search, name, choices, rung);
  const best = ofFamilies(survivors(entered, neighbours));
  const around = drawAround(search, best, neighbours, random.fork(`around ${rung}`));
  return [...entered, ...(yield* lookAt(search, `${name}, near the best`, around, rung))];
}

/**
 * Successive halving (Karnin et al. 2013; Li et al., Hyperband, 2018) with common random numbers: many configurations on short runs,
 * then fewer on longer ones. What could still keep the target is never dropped for its attainment, only for its cost.
 */
export function* climb(search: Search): Asking<Climbed> {
  const { rungs } = search.effort;
  let { choices, rung } = start(search);
  const figures: { requests: number; entered: number; kept: number }[] = [];
  for (; ; rung += 1) {
    const entries = yield* climbOne(search, choices, rung);
    const next = rungs[rung + 1];
    const kept = next ? survivors(entries, next.enter) : entries;
    figures.push({ requests: rungs[rung]!.requests, entered: entries.length, kept: kept.length });
    if (!next) return { top: entries, rungs: figures };
    choices = kept.map(({ choice }) => choice);
  }
}
