import { layoutText, settingsText } from '../../domain/tuning-text.ts';
import { gpusOf, type CapacityAnswer, type Fidelity, type TuningChoice } from '../../domain/tuning.ts';
import { baselineOf } from '../search/index.ts';
import { busyness, screen, type CanServe } from '../search/screen.ts';
import { tidied, type Layout } from '../search/settings.ts';
import { distinct, layoutsOf, listsOf, type TuningSpace } from '../search/space.ts';
import { byCost, entryOf, type Entry } from '../search/standing.ts';
import type { Asking } from '../types.ts';
import { judgedRequests, meanJoules } from './energies.ts';
import { askGroups, fidelitiesFor, taskOf, type Inquiry } from './inquiry.ts';
import { joulesText, rounded, savedPctOf, savedText, targetText } from './texts.ts';

export interface FleetInquiry extends Inquiry {
  readonly space: TuningSpace;
  readonly canServe: CanServe;
}

/** First looks are so much shorter than what is judged. */
const LOOK_PART = 1 / 4;
/** Candidates of one size that are judged. */
const JUDGED = 2;
/** Sizes that have to be looked at, usually: arithmetic refuses those below. */
const SIZES = 3;
const WAYS = 2;

/** Simulated requests of `fewestGpus`, as it usually goes. */
export const fewestGpusRequests = ({ effort }: Pick<Inquiry, 'effort'>): number =>
  SIZES * effort.requests * (WAYS * effort.layouts * LOOK_PART + JUDGED * effort.seeds);

/** Layouts smaller than the recommended one that arithmetic believes in, by size, ascending; the least busy of each size first. */
function sizesOf({ space, canServe, recommended, effort }: FleetInquiry): Layout[][] {
  const { kept } = screen(layoutsOf({ ...space, gpus: { least: 1, most: gpusOf(recommended) - 1 } }), canServe);
  const busy = new Map(kept.map((layout) => [layout, busyness(layout, canServe(layout))]));
  const sizes = [...new Set(kept.map(gpusOf))].sort((a, b) => a - b);
  return sizes.map((gpus) =>
    kept
      .filter((layout) => gpusOf(layout) === gpus)
      .sort((a, b) => busy.get(a)! - busy.get(b)!)
      .slice(0, effort.layouts),
  );
}

/** A layout with the recommended settings, and at the highest clock: whatever can be done with it, that does. */
function waysOf({ space, recommended }: FleetInquiry, layout: Layout): TuningChoice[] {
  const tidy = tidied({ ...recommended, ...layout }, listsOf(space, layout.variant));
  const routing = tidy?.routing ?? recommended.routing;
  return [...(tidy === null ? [] : [tidy]), { ...baselineOf(layout), routing }];
}

const entries = (inquiry: Inquiry, choices: readonly TuningChoice[], runs: readonly (readonly Entry['evaluations'][number][])[]): Entry[] =>
  choices.map((choice, i) => entryOf(choice, runs[i]!, inquiry));

function* runsOf(inquiry: Inquiry, stage: string, choices: readonly TuningChoice[], fidelities: readonly Fidelity[]): Asking<Entry[]> {
  const groups = choices.map((choice) => fidelities.map((fidelity) => taskOf(choice, fidelity)));
  return entries(inquiry, choices, yield* askGroups(stage, groups, fewestGpusRequests(inquiry) / SIZES));
}

/** The cheapest of one size that surely keeps the target; null where none does. */
function* cheapestOf(inquiry: FleetInquiry, layouts: readonly Layout[]): Asking<Entry | null> {
  const stage = `fewest GPUs: ${gpusOf(layouts[0]!)}`;
  const [first, ...others] = fidelitiesFor(inquiry, 'layouts');
  const shorter = { ...first!, requests: Math.ceil(first!.requests * LOOK_PART) };
  const choices = distinct(layouts.flatMap((layout) => waysOf(inquiry, layout)));
  const looked = yield* runsOf(inquiry, stage, choices, [shorter]);
  const possible = looked.filter(({ standing }) => standing.possible).sort(byCost);
  // The careful ones beside the cheap ones: an edge case on a short look may fail on a long one.
  const surest = [...possible].sort((a, b) => b.standing.joint - a.standing.joint);
  const next = [...new Set(upToHalf(possible).concat(surest))].slice(0, JUDGED);
  if (next.length === 0) return null;
  const candidates = next.map(({ choice }) => choice);
  const judged = yield* runsOf(inquiry, `${stage}, judged`, candidates, [first!, ...others]);
  return judged.filter(({ standing }) => standing.sure).sort(byCost)[0] ?? null;
}

const upToHalf = (possible: readonly Entry[]): Entry[] => possible.slice(0, JUDGED / 2);

/**
 * The fewest GPUs that keep the target for the rate asked for, with the recommended settings or at the highest clock, over layouts in
 * ascending size; never more than the recommended configuration has. Sizes below what the search was allowed are looked at, too.
 */
export function* fewestGpus(inquiry: FleetInquiry): Asking<CapacityAnswer> {
  const sizes = sizesOf(inquiry);
  let found: Entry | null = null;
  for (const layouts of sizes) {
    found = yield* cheapestOf(inquiry, layouts);
    if (found) break;
  }
  const fidelities = fidelitiesFor(inquiry, 'layouts');
  const [itself] = yield* runsOf(inquiry, 'fewest GPUs: the recommended configuration', [inquiry.recommended], fidelities);
  return answerOf(inquiry, found, itself!, sizes.flat().length);
}

function answerOf(inquiry: FleetInquiry, found: Entry | null, itself: Entry, layouts: number): CapacityAnswer {
  const { ratePerS, recommended, constraints } = inquiry;
  const [fewest, joules, own] = [found ?? itself, meanJoules((found ?? itself).evaluations), meanJoules(itself.evaluations)];
  const gpus = gpusOf(fewest.choice);
  const savedPct = savedPctOf(own, joules);
  const load = `${rounded(ratePerS)} requests/s (${targetText(constraints)})`;
  const text = found
    ? `${gpus} GPUs are enough for ${load}: ${layoutText(found.choice)} with ${settingsText(found.choice)}, at ${joulesText(joules)}${savedPct === null ? '' : `, ${savedText(savedPct)} than the recommended ${gpusOf(recommended)} GPUs`}.`
    : `No layout with fewer than the recommended ${gpus} GPUs was found to keep ${load}; ${layouts === 0 ? 'arithmetic refuses all of them' : `${layouts} were looked at`}.`;
  return {
    question: 'fewest-gpus',
    text,
    figures: {
      gpus,
      recommendedGpus: gpusOf(recommended),
      joulesPerOutputToken: joules,
      recommendedJoulesPerOutputToken: own,
      joint: fewest.standing.joint,
      lowerBound: fewest.standing.lower,
      layoutsLookedAt: layouts,
      judgedRequests: judgedRequests(fewest.evaluations),
    },
  };
}
