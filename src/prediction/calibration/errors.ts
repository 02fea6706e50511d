import type { GpuCard } from '../../domain/cards.ts';
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
  /** What the table's times are multiplied by before they are compared; 1 where it has no scale of its own. */
  readonly scale: number;
}

const HUNDRED = 100;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
};

/** Error of one figure, in per cent. */
const errorPct = ({ quantity, measured }: Observation, predicted: number): number =>
  HUNDRED * Math.abs(quantity === 'energy ratio' ? predicted - measured : predicted / measured - 1);

/** The scale is that of the observations it is told to learn from: for held-out errors not those that are judged. */
function scaleOf({ ownScale }: Table, quantity: Quantity, observations: readonly Observation[], bench: Workbench): number {
  const same = observations.filter((each) => each.quantity === quantity);
  if (!ownScale || quantity !== 'latency' || same.length === 0) return 1;
  return median(same.map(({ measured, predict }) => predict(bench) / measured));
}

const summaryOf = (table: string, quantity: Quantity, errors: readonly number[], scale: number): TableError => ({
  table,
  quantity,
  n: errors.length,
  mapePct: errors.reduce((sum, each) => sum + each, 0) / errors.length,
  worstPct: Math.max(...errors),
  scale,
});

/** Errors of a card on everything it was given. */
export const errorsOf = (card: GpuCard, tables: readonly Table[], { engine, models }: Surroundings): TableError[] => {
  const bench = new Workbench(card, engine, models);
  return tables.flatMap((table) =>
    byQuantity(table.observations).map(([quantity, same]) => {
      const scale = scaleOf(table, quantity, same, bench);
      return summaryOf(
        table.name,
        quantity,
        same.map((each) => errorPct(each, each.predict(bench) / scale)),
        scale,
      );
    }),
  );
};

/** A held-out fit starts at the whole fit, which is near. */
const HELD_OUT_ITERATIONS = 10;

export type GroupKind = keyof Observation['groups'];

/** A measurement is left out with all that share its group, the rest is fitted, and the error is taken on what was left out. */
export function leaveOneOut(card: GpuCard, tables: readonly Table[], kind: GroupKind, surroundings: Surroundings): TableError[] {
  const groups = new Set(tables.flatMap(({ observations }) => observations.map(({ groups: of }) => of[kind])));
  const errors = new Map<string, { table: string; quantity: Quantity; values: number[]; scale: number }>();
  for (const group of groups) {
    const without = tables.map((table) => ({ ...table, observations: table.observations.filter((each) => each.groups[kind] !== group) }));
    const kept = without.filter(({ observations }) => observations.length > 0);
    // A table that is all one group cannot lose it and still be there to learn its scale from.
    const judged = tables.filter(({ observations }) => new Set(observations.map((each) => each.groups[kind])).size > 1);
    if (kept.length === 0) continue;
    const bench = new Workbench(fitCard(card, kept, surroundings, HELD_OUT_ITERATIONS), surroundings.engine, surroundings.models);
    for (const table of judged) {
      const learnt = without.find(({ name }) => name === table.name)!.observations;
      for (const each of table.observations.filter((one) => one.groups[kind] === group)) {
        const scale = scaleOf(table, each.quantity, learnt, bench);
        const key = `${table.name} ${each.quantity}`;
        const entry = errors.get(key) ?? { table: table.name, quantity: each.quantity, values: [], scale };
        entry.values.push(errorPct(each, each.predict(bench) / scale));
        errors.set(key, entry);
      }
    }
  }
  return [...errors.values()].map(({ table, quantity, values, scale }) => summaryOf(table, quantity, values, scale));
}
