import type { Layout } from './settings.ts';

/** How busy a layout would be at its highest clocks, by arithmetic. 1 is all of the time. */
export interface LayoutLoad {
  /** The weights, and the KV of at least one request, have room. */
  readonly fits: boolean;
  /** Of an aggregated layout each phase's share of the same instances' time: together they are what counts. */
  readonly prefillUtilisation: number;
  readonly decodeUtilisation: number;
}

/** From predictors, without simulating. Optimistic where it must guess: what it refuses is never looked at. */
export type CanServe = (layout: Layout) => LayoutLoad;

export const busyness = ({ aggregated }: Layout, { prefillUtilisation, decodeUtilisation }: LayoutLoad): number =>
  aggregated > 0 ? prefillUtilisation + decodeUtilisation : Math.max(prefillUtilisation, decodeUtilisation);

export interface Screened {
  readonly kept: readonly Layout[];
  readonly refused: { readonly noRoom: number; readonly tooBusy: number };
  /** Of those with room that were refused, the least busy first. */
  readonly nearly: readonly Layout[];
}

/** Refuses layouts without room for the model, and those with more work than they can do at the highest clock. */
export function screen(layouts: readonly Layout[], canServe: CanServe): Screened {
  const judged = layouts.map((layout) => ({ layout, load: canServe(layout) }));
  const fitting = judged.filter(({ load }) => load.fits).map(({ layout, load }) => ({ layout, busy: busyness(layout, load) }));
  const tooBusy = fitting.filter(({ busy }) => !(busy <= 1));
  return {
    kept: fitting.filter(({ busy }) => busy <= 1).map(({ layout }) => layout),
    refused: { noRoom: layouts.length - fitting.length, tooBusy: tooBusy.length },
    nearly: tooBusy.sort((a, b) => a.busy - b.busy).map(({ layout }) => layout),
  };
}
