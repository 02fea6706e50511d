import type { GpuCard, ModelCard } from '../../domain/cards.ts';
import type { Workbench } from './workbench.ts';

/** Whose measurements a file is read for. */
export interface Subject {
  readonly gpu: GpuCard;
  readonly models: ReadonlyMap<string, ModelCard>;
}

const QUANTITIES = ['latency', 'power', 'energy ratio'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** One measured figure and what the model says to it. */
export interface Observation {
  /** The table it stands in: observations of one table share an efficiency scale where `ownScale` says so. */
  readonly table: string;
  readonly quantity: Quantity;
  /** Which row it is, for people: `decode 128 x 32 at 210 MHz`. */
  readonly what: string;
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

/** The nearest power of two, so that neighbouring batches fall out together. */
export const batchGroup = (batch: number): string => `batch ${2 ** Math.round(Math.log2(batch))}`;

/** The clock group of tables that name no clock: they were measured at the default one, which is the top. */
export const TOP_CLOCK = 'top clock';

/** The observations of each quantity that there is. */
export const byQuantity = (observations: readonly Observation[]): (readonly [Quantity, readonly Observation[]])[] =>
  QUANTITIES.map((quantity) => [quantity, observations.filter((each) => each.quantity === quantity)] as const).filter(
    ([, same]) => same.length > 0,
  );
