import type { GpuCard } from '../../domain/cards.ts';
import { displaced } from './constants.ts';
import { fitCard, type Surroundings } from './fit-card.ts';
import { byQuantity, type Observation, type Quantity, type Table } from './observation.ts';
import { Workbench } from './workbench.ts';

/** How far the model is from the observations of one quantity of one table. */
export interface TableError {
  readonly table: string;
  readonly quantity: Quantity;
  readonly n: number;
  /** Mean absolute percentage error; for an energy ratio in percentage points of the reference's energy. */
  readonly mapePct: number;
  readonly worstPct: number;
  /** The row that is off by the most. */
  readonly worst: string;
  /** What the table's times are multiplied by before they are compared; 1 where it has no scale of its own. */
  readonly scale: number;
}

/** One observation against one card. */
export interface Miss {
  readonly observation: Observation;
  /** Above 0 where the model says more than was measured. */
  readonly errorPct: number;
  readonly scale: number;
}

const HUNDRED = 100;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
};

const errorPct = ({ quantity, measured }: Observation, predicted: number): number =>
  HUNDRED * (quantity === 'energy ratio' ? predicted - measured : predicted / measured - 1);

/** The scale is that of the observations it is told to learn from: for held-out errors not those that are judged. */
function scaleOf({ ownScale }: Table, quantity: Quantity, observations: readonly Observation[], bench: Workbench): number {
  const same = observations.filter((each) => each.quantity === quantity);
  if (!ownScale || quantity !== 'latency' || same.length === 0) return 1;
  return median(same.map(({ measured, predict }) => predict(bench) / measured));
}

const missesOf = (table: Table, judged: readonly Observation[], learnt: readonly Observation[], bench: Workbench): Miss[] =>
  byQuantity(judged).flatMap(([quantity, same]) => {
    const scale = scaleOf(table, quantity, learnt, bench);
    return same.map((observation) => ({ observation, errorPct: errorPct(observation, observation.predict(bench) / scale), scale }));
  });

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

function summaryOf({ name }: Table, misses: readonly Miss[]): TableError[] {
  return byQuantity(misses.map(({ observation }) => observation)).map(([quantity]) => {
    const same = misses.filter(({ observation }) => observation.quantity === quantity);
    const worst = same.reduce((most, each) => (Math.abs(each.errorPct) > Math.abs(most.errorPct) ? each : most));
    return {
      table: name,
      quantity,
      n: same.length,
      mapePct: mean(same.map((each) => Math.abs(each.errorPct))),
      worstPct: Math.abs(worst.errorPct),
      worst: worst.observation.what,
      scale: median(same.map(({ scale }) => scale)),
    };
  });
}

/** A card against every row of a table. */
export const missesIn = (card: GpuCard, table: Table, { engine, models }: Surroundings): Miss[] =>
  missesOf(table, table.observations, table.observations, new Workbench(card, engine, models));

/** Errors of a card on everything it was given. */
export const errorsOf = (card: GpuCard, tables: readonly Table[], surroundings: Surroundings): TableError[] =>
  tables.flatMap((table) => summaryOf(table, missesIn(card, table, surroundings)));

export type GroupKind = keyof Observation['groups'];

const groupsOf = (tables: readonly Table[], kind: GroupKind): Set<string> =>
  new Set(tables.flatMap(({ observations }) => observations.map(({ groups }) => groups[kind])));

/** A table that is all one group cannot lose it and still say what its scale is, so it is not judged. */
const isJudged = (table: Table, kind: GroupKind): boolean => groupsOf([table], kind).size > 1;

/** A fit that must not know the card's constants starts this far off each of them; it is back after a dozen iterations where data leads it. */
const START_OFF_BY = 1.25;
const HELD_OUT_ITERATIONS = 15;

/** Misses of each table on one group of observations, by a fit that has not seen them. */
export function missesWithout(
  card: GpuCard,
  tables: readonly Table[],
  kind: GroupKind,
  group: string,
  surroundings: Surroundings,
): readonly (readonly Miss[])[] {
  const isOut = ({ groups }: Observation): boolean => groups[kind] === group;
  const rest = tables.map((table) => ({ ...table, observations: table.observations.filter((each) => !isOut(each)) }));
  const known = rest.filter(({ observations }) => observations.length > 0);
  const fitted = fitCard(displaced(card, START_OFF_BY), known, surroundings, HELD_OUT_ITERATIONS);
  const bench = new Workbench(fitted, surroundings.engine, surroundings.models);
  return tables.map((table, index) => missesOf(table, table.observations.filter(isOut), rest[index]!.observations, bench));
}

/**
 * Errors on what a fit has not seen: each group in turn is left out with all that share it, the rest is fitted, and the error is taken
 * on what was left out. No fit starts at the card's own constants: what nothing else speaks of stays wrong by a quarter.
 */
export function leaveOneOut(card: GpuCard, tables: readonly Table[], kind: GroupKind, surroundings: Surroundings): TableError[] {
  const judged = tables.filter((table) => isJudged(table, kind));
  const rounds = [...groupsOf(judged, kind)].map((group) => missesWithout(card, tables, kind, group, surroundings));
  return judged.flatMap((table) => {
    const index = tables.indexOf(table);
    const misses = rounds.flatMap((round) => round[index]!);
    return summaryOf(table, misses);
  });
}
