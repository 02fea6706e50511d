import type { Sensitivity, TuningChoice } from '../../domain/tuning.ts';
import type { Asking } from '../types.ts';
import type { Neighbour } from './neighbours.ts';
import { judgingFidelities, neighbourhood, type Search } from './search.ts';
import { choiceKey, SETTING_NAMES, tidied, usualChoice } from './settings.ts';
import { listsOf } from './space.ts';
import { byCost, entryOf, type Entry } from './standing.ts';

const PERCENT = 100;
/** Cheaper by less is noise of one load. */
const WORTH_JUDGING = 0.002;
/** Dearer by less on one load may be noise: the other loads tell. */
const MAYBE_ALIKE = 0.005;

/** 2P2D, or 4A for instances that do both. */
const layoutText = ({ prefill, decode, aggregated }: TuningChoice): string => (aggregated > 0 ? `${aggregated}A` : `${prefill}P${decode}D`);

const sizesText = (sizes: readonly number[]): string => (sizes.length === 0 ? 'none' : `${sizes.length} up to ${Math.max(...sizes)}`);

/** A setting of a choice as people read it. */
export function settingText(setting: Neighbour['setting'], choice: TuningChoice): string {
  if (setting === 'layout') return layoutText(choice);
  if (setting === 'tp') return `${choice.tp} x ${layoutText(choice)}`;
  const value = choice[setting];
  if (value === null) return setting === 'fixedMhz' ? 'none' : 'as the card';
  if (typeof value !== 'object') return String(value);
  return 'prefill' in value ? `${value.prefill}:${value.decode}` : sizesText(value);
}

/** One of each setting in turn, so that a bound on their number leaves none out. */
function inTurns(neighbours: readonly Neighbour[]): Neighbour[] {
  const turns = new Map<string, number>();
  const ranked = neighbours.map((neighbour) => {
    const turn = turns.get(neighbour.setting) ?? 0;
    turns.set(neighbour.setting, turn + 1);
    return { neighbour, turn };
  });
  return ranked.sort((a, b) => a.turn - b.turn).map(({ neighbour }) => neighbour);
}

export interface Sensed {
  readonly rows: readonly Sensitivity[];
  /** What looks better than the pick: cheaper neighbours, best first, and the pick without what changes nothing. */
  readonly better: readonly TuningChoice[];
  /** Neighbours that had to be simulated. */
  readonly spent: number;
  /** Neighbours that were not looked at. */
  readonly left: number;
}

const cheaper = (picked: Entry, others: readonly Entry[]): TuningChoice[] =>
  others
    .filter(({ standing }) => standing.likely && standing.cost < picked.standing.cost * (1 - WORTH_JUDGING))
    .sort(byCost)
    .map(({ choice }) => choice);

/** The pick with every unusual setting as usual that gains nothing. */
function simpler({ space }: Search, picked: Entry, others: readonly Entry[]): TuningChoice[] {
  const lists = listsOf(space, picked.choice.variant);
  const usual = usualChoice(picked.choice, lists);
  const idle = SETTING_NAMES.filter((name) => {
    const reset = tidied({ ...picked.choice, [name]: usual[name] }, lists);
    const other = others.find(({ key }) => reset !== null && key === choiceKey(reset));
    return other?.standing.likely && other.standing.cost <= picked.standing.cost * (1 + MAYBE_ALIKE);
  });
  const plain = tidied({ ...picked.choice, ...Object.fromEntries(idle.map((name) => [name, usual[name]])) }, lists);
  return plain && idle.length > 0 ? [plain] : [];
}

/** The pick beside its neighbours, on the first of the loads that it was judged on. @param budget neighbours that may be simulated */
export function* sense(search: Search, picked: Entry, budget: number): Asking<Sensed> {
  const [fidelity] = judgingFidelities(search);
  const all = inTurns(neighbourhood(search, picked.choice));
  const known = all.filter(({ choice }) => search.ledger.knows(choice, fidelity!));
  const asked = all.filter((neighbour) => !known.includes(neighbour)).slice(0, budget);
  const looked = all.filter((neighbour) => known.includes(neighbour) || asked.includes(neighbour));
  const choices = [picked.choice, ...looked.map(({ choice }) => choice)];
  const evaluations = yield* search.ledger.ask('neighbours of the best', choices, fidelity!);
  const [itself, ...others] = choices.map((choice, i) => entryOf(choice, [evaluations[i]!], search.criteria));
  return {
    rows: others.map((other, i) => rowOf(looked[i]!.setting, itself!, other)),
    better: [...cheaper(itself!, others), ...simpler(search, itself!, others)],
    spent: asked.length,
    left: all.length - looked.length,
  };
}

const rowOf = (setting: Neighbour['setting'], picked: Entry, other: Entry): Sensitivity => ({
  setting,
  chosen: settingText(setting, picked.choice),
  other: settingText(setting, other.choice),
  changePct: other.standing.cost < Infinity ? (other.standing.cost / picked.standing.cost - 1) * PERCENT : null,
  keeps: other.standing.sure,
});
