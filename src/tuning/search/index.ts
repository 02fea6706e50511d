import { VoltanaError } from '../../domain/errors.ts';
import type { TuningChoice } from '../../domain/tuning.ts';
import { createRandom } from '../../statistics/random.ts';
import type { Asking, Judged, SearchOutcome } from '../types.ts';
import { checkCriteria } from './check-criteria.ts';
import { checkEffort, planOf, SENSED, type SearchEffort } from './effort.ts';
import { judge, judgeThese, type Judgement } from './judging.ts';
import { createLedger } from './ledger.ts';
import { polish } from './local-search.ts';
import { nearestOf } from './nearest.ts';
import { frontOf } from './pareto.ts';
import { pick } from './picking.ts';
import { climb } from './rungs.ts';
import { screen, type CanServe, type Screened } from './screen.ts';
import type { Search } from './search.ts';
import { sense, type Sensed } from './sensitivity.ts';
import { choiceKey, tidied, type Layout } from './settings.ts';
import { checkSpace, hasLayout, layoutsOf, listsOf, type TuningSpace } from './space.ts';
import { byCost, type Criteria, type Entry } from './standing.ts';

export interface SearchOptions extends Criteria {
  /** The whole search depends on it, and its loads do: see `SEARCH_SEEDS`. */
  readonly seed: number;
  readonly effort: SearchEffort;
  readonly canServe: CanServe;
  /** The given layout, to compare with: it runs at the highest clock. */
  readonly baseline: Layout;
}

/** As whoever tunes nothing runs it: the highest clock, fewest requests first, everything else as the cards have it. */
export const baselineOf = ({ variant, tp, prefill, decode, aggregated }: Layout): TuningChoice => ({
  ...{ variant, tp, prefill, decode, aggregated },
  ...{ governor: 'max', routing: 'least-requests', fixedMhz: null, minClockMhz: null, maxClockMhz: null, maxRunning: null },
  ...{ captureSizes: null, chunkTokens: null, powerLimitW: null, itlTarget: null, ttftTarget: null, rest: 'awake' },
});

/** Arithmetic may err a little: where it refuses every layout, the least busy are looked at all the same. */
const DOUBTED = 3;

function checkRoom(screened: Screened, { baseline, canServe }: SearchOptions): void {
  if (!canServe(baseline).fits)
    throw new VoltanaError('DOES_NOT_FIT', 'the given layout has no room for the model', { hint: 'Give it more GPUs per instance.' });
  if (screened.kept.length + screened.nearly.length === 0)
    throw new VoltanaError('DOES_NOT_FIT', 'the model has no room in any layout of this range', { hint: 'Allow more GPUs per instance.' });
}

function searchOf(space: TuningSpace, options: SearchOptions, screened: Screened): Search {
  const { objective, prices, constraints, effort, seed } = options;
  const layouts = screened.kept.length > 0 ? screened.kept : screened.nearly.slice(0, DOUBTED);
  const ledger = createLedger(planOf(effort).usualRequests);
  return { space, criteria: { objective, prices, constraints }, effort, seed, ledger, random: createRandom(seed).fork('search'), layouts };
}

interface Settled {
  readonly best: Entry | null;
  readonly judged: readonly Entry[];
  readonly sensed: Sensed | null;
}

/** A neighbour of the pick that looked better on one load is judged on all; the pick may move on that way, as far as the effort goes. */
function* settle(search: Search, judged: readonly Entry[], itself: readonly Entry[]): Asking<Settled> {
  const { effort, space, criteria } = search;
  let [all, budget, places] = [[...judged], SENSED * effort.sensitivity, effort.judging.finalists];
  for (;;) {
    const best = pick([...itself, ...all], space, criteria);
    if (!best) return { best, judged: all, sensed: null };
    const sensed: Sensed = yield* sense(search, best, Math.min(budget, effort.sensitivity));
    budget -= sensed.spent;
    const known = new Set([...itself, ...all].map(({ key }) => key));
    const better = sensed.better.filter((choice) => !known.has(choiceKey(choice))).slice(0, places);
    if (better.length === 0) return { best, judged: all, sensed };
    places -= better.length;
    all = [...all, ...(yield* judgeThese(search, 'better neighbours on fresh loads', better))];
  }
}

const asJudged = ({ choice, evaluations }: Entry): Judged => ({ choice, evaluations });

/** Whether the baseline is a configuration that the search may recommend. */
function eligible(space: TuningSpace, { choice, key }: Entry): boolean {
  const tidy = hasLayout(space, choice) ? tidied(choice, listsOf(space, choice.variant)) : null;
  return tidy !== null && choiceKey(tidy) === key;
}

function reasonsOf(screened: Screened, settled: boolean, { best, sensed }: Settled): string[] {
  const { noRoom, tooBusy } = screened.refused;
  return [
    ...(noRoom > 0 ? [`${noRoom} layouts have no room for the model`] : []),
    ...(tooBusy > 0 ? [`${tooBusy} layouts would have more work than they can do at the highest clock`] : []),
    ...(screened.kept.length === 0 ? ['arithmetic refuses every layout; the least busy were simulated all the same'] : []),
    ...(best === null ? ['no configuration keeps the target with the confidence asked for'] : []),
    ...(settled ? [] : ['the steps around the best ended with the effort: there may be better neighbours']),
    ...(sensed && sensed.left > 0 ? [`${sensed.left} neighbours of the best were not compared with it`] : []),
  ];
}

function outcomeOf(judgement: Judgement, eligibles: readonly Entry[], { best, judged, sensed }: Settled, top: readonly Entry[]) {
  const others = best ? [...eligibles, ...judged].filter((entry) => entry !== best && entry.standing.sure).sort(byCost) : [];
  const known = new Set([judgement.baseline, ...judged].map(({ key }) => key));
  return {
    best: best && asJudged(best),
    baseline: asJudged(judgement.baseline),
    runnerUp: others[0] ? asJudged(others[0]) : null,
    front: frontOf([judgement.baseline, ...judged, ...top.filter(({ key }) => !known.has(key))]).map(asJudged),
    sensitivity: sensed?.rows ?? [],
  };
}

/**
 * The configuration of least objective that keeps the SLO target with the confidence asked for: arithmetic, successive halving,
 * steps around the best, and a judgement on loads that none of these saw. Asks for simulations and knows no simulator; the same
 * space, options and answers give the same outcome. How much it will simulate at most: `planOf(options.effort)`.
 * @throws VoltanaError BAD_VALUE for a space or constraints without any configuration; DOES_NOT_FIT when the model has no room
 */
export function* searchConfigurations(space: TuningSpace, options: SearchOptions): Asking<SearchOutcome> {
  checkSpace(space);
  checkEffort(options.effort);
  checkCriteria(options);
  const screened = screen(layoutsOf(space), options.canServe);
  checkRoom(screened, options);
  const search = searchOf(space, options, screened);
  const { top, rungs } = yield* climb(search);
  const polished = yield* polish(search, top);
  const judgement = yield* judge(search, polished.entries, baselineOf(options.baseline));
  const eligibles = [judgement.baseline].filter((entry) => eligible(space, entry));
  const settled = yield* settle(search, judgement.judged, eligibles);
  const candidates = [...eligibles, ...settled.judged];
  const nearest = settled.best ? null : yield* nearestOf(search, candidates.length > 0 ? candidates : [judgement.baseline]);
  return {
    ...outcomeOf(judgement, eligibles, settled, polished.entries),
    nearest,
    figures: { ...search.ledger.figures(), refused: screened.refused.noRoom + screened.refused.tooBusy, rungs },
    reasons: reasonsOf(screened, polished.settled, settled),
  };
}
