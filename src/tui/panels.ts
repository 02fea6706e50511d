import type { ScreenState } from '../domain/screen.ts';
import { mapHeight, mapRows, mapTitle } from './panels/energy-map.ts';
import { frontRows, frontTitle } from './panels/front.ts';
import { gridHeight, gridRows } from './panels/grid.ts';
import { latencyRows } from './panels/latency.ts';
import { decisionRows, warningRows } from './panels/lists.ts';
import { powerRows } from './panels/power.ts';
import { tuningRows } from './panels/tuning.ts';
import type { Row } from './spans.ts';
import type { PanelId, View } from './view.ts';

/** A part of the screen beside the fleet. All sizes in characters, without the title's row. */
export interface Panel {
  readonly id: Exclude<PanelId, 'fleet'>;
  readonly name: string;
  /** What stands beside the name. */
  title(state: ScreenState, view: View): string;
  present(state: ScreenState): boolean;
  readonly minWidth: number;
  readonly minRows: number;
  /** With more it would hold nothing more. */
  wantedRows(state: ScreenState, view: View, width: number): number;
  rows(state: ScreenState, view: View, width: number, height: number): Row[];
}

const NO_TITLE = (): string => '';
const SIZES = { narrow: 30, wide: 44, tallest: 24 };

export const PANELS: readonly Panel[] = [
  {
    id: 'tuning',
    name: 'live tuning',
    title: NO_TITLE,
    present: ({ tuning }) => tuning !== undefined,
    minWidth: SIZES.narrow,
    minRows: 3,
    wantedRows: () => 3,
    rows: tuningRows,
  },
  {
    id: 'grid',
    name: 'profile',
    title: () => 'energy over clock and load, as measured',
    present: ({ grids = [] }) => grids.length > 0,
    minWidth: SIZES.narrow,
    minRows: 5,
    wantedRows: (state, _view, width) => gridHeight(state, width),
    rows: gridRows,
  },
  {
    id: 'front',
    name: 'search',
    title: frontTitle,
    present: ({ candidates, measuring }) => candidates !== undefined && (candidates.length > 0 || measuring === 'searching'),
    minWidth: SIZES.narrow,
    minRows: 7,
    wantedRows: () => SIZES.tallest,
    rows: frontRows,
  },
  {
    id: 'map',
    name: 'energy map',
    title: mapTitle,
    present: ({ energyMaps = [] }) => energyMaps.length > 0,
    minWidth: SIZES.wide,
    minRows: 9,
    wantedRows: mapHeight,
    rows: mapRows,
  },
  {
    id: 'latency',
    name: 'latencies',
    title: () => 'right of │ is beyond the promise',
    present: ({ histograms = [] }) => histograms.length > 0,
    minWidth: SIZES.narrow,
    minRows: 2,
    wantedRows: ({ histograms = [] }, _view, width) => (width >= 76 ? 8 : 7 * histograms.length),
    rows: latencyRows,
  },
  {
    id: 'decisions',
    name: 'decisions',
    title: () => 'the newest first',
    present: ({ decisions = [] }) => decisions.length > 0,
    minWidth: SIZES.narrow,
    minRows: 2,
    wantedRows: ({ decisions = [] }) => Math.min(12, decisions.length),
    rows: decisionRows,
  },
  {
    id: 'power',
    name: 'power',
    title: () => 'of all GPUs, from zero',
    present: ({ power }) => power.length > 0,
    minWidth: SIZES.wide,
    minRows: 1,
    wantedRows: ({ power }) => 3 * power.length,
    rows: powerRows,
  },
  {
    id: 'warnings',
    name: 'warnings',
    title: () => 'the newest first',
    present: ({ warnings }) => warnings.length > 0,
    minWidth: SIZES.narrow,
    minRows: 2,
    // The summary has the newest of them: this is where all are, when it is looked at.
    wantedRows: () => 0,
    rows: warningRows,
  },
];

/** What can be looked at: the digits that choose them, counted from 1. */
export const panelsOf = (state: ScreenState): PanelId[] => ['fleet', ...PANELS.filter(({ present }) => present(state)).map(({ id }) => id)];
