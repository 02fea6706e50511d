import type { Workbench } from './workbench.ts';

const QUANTITIES = ['latency', 'power', 'energy ratio'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** One measured figure and what the model says to it. */
export interface Observation {
  /** The table it stands in: observations of one table share an efficiency scale where `ownScale` says so. */
  readonly table: string;
  readonly quantity: Quantity;
  /** ms, W, or energy relative to that at another clock. */
  readonly measured: number;
  readonly predict: (bench: Workbench) => number;
  /** What leave-one-out errors leave out: all observations that share one of these. */
  readonly groups: { readonly clock: string; readonly batch: string; readonly model: string };
}

/** How a table takes part in a fit. */
export interface Table {
  readonly name: string;
  /** Whose measurements these are, as a card's `sources` quote them. */
  readonly source: string;
  /** Its times may all be off by one factor against the other tables: another harness, another board. Disclosed with the errors. */
  readonly ownScale: boolean;
  /** Weight of all its observations of one quantity together. */
  readonly weight: number;
  readonly observations: readonly Observation[];
}

/** Powers of two, so that neighbouring batches fall out together. */
export const batchGroup = (batch: number): string => `batch ${2 ** Math.round(Math.log2(batch))}`;

/** An all-clocks table was measured at the default clock, which is the top one. */
export const TOP_CLOCK = 'top clock';

/** The observations of each quantity that there is. */
export const byQuantity = (observations: readonly Observation[]): (readonly [Quantity, readonly Observation[]])[] =>
  QUANTITIES.map((quantity) => [quantity, observations.filter((each) => each.quantity === quantity)] as const).filter(
    ([, same]) => same.length > 0,
  );
