import type { EnergyMap } from '../domain/energy-map.ts';
import type { FittedDocument, ProfilePoint } from '../domain/profile.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { ScreenGrid } from '../domain/screen.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { DemoEvent, DemoOutline, Which } from './demo-event.ts';
import { emptyGrid, withPoint } from './profile-grid.ts';
import { EMPTY_TRACK, extendTrack, type RunTrack } from './run-track.ts';

export const PHASES = ['cluster', 'profile', 'fit', 'baseline', 'candidate'] as const;
export type Phase = (typeof PHASES)[number];

/** One of the two runs, as far as it has come. */
export interface RunSoFar {
  readonly sent: number;
  readonly ended: number;
  readonly snapshot: Snapshot | null;
  readonly record: RunRecord | null;
  readonly track: RunTrack;
}

/** All that a screen remembers of a demo. */
export interface DemoState {
  readonly outline: DemoOutline;
  /** The phase under way; null when all are done. */
  readonly phase: Phase | null;
  readonly stopped: boolean;
  readonly startedS: number | null;
  readonly points: { readonly done: number; readonly total: number; readonly latest: Readonly<Record<string, ProfilePoint>> };
  /** Of the first instance of each phase. */
  readonly grids: readonly ScreenGrid[];
  readonly profiled: { readonly valid: number; readonly points: number; readonly seconds: number } | null;
  readonly quality: FittedDocument['quality'] | null;
  readonly energyMaps: readonly EnergyMap[];
  readonly runs: Readonly<Record<Which, RunSoFar>>;
}

const NOT_YET: RunSoFar = { sent: 0, ended: 0, snapshot: null, record: null, track: EMPTY_TRACK };

export const initialState = (outline: DemoOutline): DemoState => ({
  outline,
  phase: 'cluster',
  stopped: false,
  startedS: null,
  points: { done: 0, total: 0, latest: {} },
  grids: [],
  profiled: null,
  quality: null,
  energyMaps: [],
  runs: { baseline: NOT_YET, candidate: NOT_YET },
});

const withRun = (state: DemoState, which: Which, change: (run: RunSoFar) => Partial<RunSoFar>): DemoState => {
  const run = state.runs[which];
  return { ...state, runs: { ...state.runs, [which]: { ...run, ...change(run) } } };
};

/** The state after one more event. Pure: the same events give the same screen. */
export const afterEvent = (state: DemoState, event: DemoEvent): DemoState => {
  switch (event.kind) {
    case 'started':
      return { ...state, phase: 'profile', startedS: event.seconds };
    case 'planned':
      return { ...state, grids: event.axes.map(emptyGrid) };
    case 'measured': {
      const { point, done, total } = event;
      const grids = state.grids.map((grid) => (grid.instance === point.instance ? withPoint(grid, point) : grid));
      return { ...state, grids, points: { done, total, latest: { ...state.points.latest, [point.instance]: point } } };
    }
    case 'profiled': {
      const { points } = event.profile;
      return {
        ...state,
        phase: 'fit',
        profiled: { valid: points.filter(({ valid }) => valid).length, points: points.length, seconds: event.seconds },
      };
    }
    case 'fitted':
      return { ...state, quality: event.fitted.quality, energyMaps: event.energyMaps };
    case 'serving':
      return { ...state, phase: event.which };
    case 'progress':
      return withRun(state, event.which, () => ({ sent: event.sent, ended: event.ended }));
    case 'observed':
      return withRun(state, event.which, ({ track }) => ({ snapshot: event.snapshot, track: extendTrack(track, event.snapshot) }));
    case 'served':
      return { ...withRun(state, event.which, () => ({ record: event.record })), phase: event.which === 'baseline' ? 'candidate' : null };
    case 'stopped':
      return { ...state, stopped: true };
  }
};
