import type { Instance } from '../domain/instance.ts';
import type { RecordedPoint } from '../domain/profile.ts';
import type { ScreenGrid } from '../domain/screen.ts';
import type { Slo } from '../domain/slo.ts';
import { emptyGrid, withPoint, type GridAxes } from './profile-grid.ts';

/** What a screen of a profile knows before anything runs. */
export interface ProfileOutline {
  readonly title: string;
  readonly evidence: string;
  readonly slo: Slo;
  /** In the order in which they are measured, one after the other. */
  readonly instances: readonly Pick<Instance, 'id' | 'role' | 'gpuCount'>[];
  /** GPU seconds that each of them may take. */
  readonly budgetGpuS: number;
  /** GPU seconds are not those of the user's clock. */
  readonly virtualTime: boolean;
}

/** What is planned for an instance, and what an earlier session measured on it. */
export interface OpenedSweep {
  readonly axes: GridAxes;
  /** Points of the coarse grid. */
  readonly planned: number;
  readonly before: readonly RecordedPoint[];
  readonly gpuSeconds: number;
}

export type ProfileEvent =
  | { readonly kind: 'opened'; readonly sweeps: readonly OpenedSweep[] }
  /** The instances run. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'idled'; readonly instance: string; readonly gpuSeconds: number }
  | { readonly kind: 'measured'; readonly point: RecordedPoint; readonly gpuSeconds: number }
  | { readonly kind: 'noted'; readonly text: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' };

/** One instance, as far as it was measured. */
export interface SweepSoFar {
  readonly planned: number;
  readonly points: number;
  readonly valid: number;
  readonly gpuSeconds: number;
  readonly latest: RecordedPoint | null;
  readonly grid: ScreenGrid | null;
}

export interface ProfileState {
  readonly outline: ProfileOutline;
  /** Of the instances; -1 before they run, their number when all are done. */
  readonly present: number;
  readonly stopped: boolean;
  readonly sweeps: Readonly<Record<string, SweepSoFar>>;
  readonly last: RecordedPoint | null;
  /** How many points do not count, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

const NOT_YET: SweepSoFar = { planned: 0, points: 0, valid: 0, gpuSeconds: 0, latest: null, grid: null };

export const initialProfileState = (outline: ProfileOutline): ProfileState => ({
  outline,
  present: -1,
  stopped: false,
  sweeps: Object.fromEntries(outline.instances.map(({ id }) => [id, NOT_YET])),
  last: null,
  refused: {},
  notes: [],
});

/** Control points watch for drift: they are not part of what is measured. */
const counted = (sweep: SweepSoFar, point: RecordedPoint): SweepSoFar =>
  point.control
    ? { ...sweep, latest: point }
    : {
        ...sweep,
        points: sweep.points + 1,
        valid: sweep.valid + (point.valid ? 1 : 0),
        latest: point,
        grid: sweep.grid && withPoint(sweep.grid, point),
      };

const opened = ({ axes, planned, before, gpuSeconds }: OpenedSweep): SweepSoFar => ({
  ...before.reduce(counted, { ...NOT_YET, planned, grid: emptyGrid(axes) }),
  gpuSeconds,
});

const refusedAfter = (refused: ProfileState['refused'], { valid, reasons }: RecordedPoint): ProfileState['refused'] =>
  valid ? refused : reasons.reduce((all, reason) => ({ ...all, [reason]: (all[reason] ?? 0) + 1 }), refused);

/** The instance that something was told of is the one under way. */
const withSweep = (state: ProfileState, id: string, change: (sweep: SweepSoFar) => SweepSoFar): ProfileState => ({
  ...state,
  present: state.outline.instances.findIndex((instance) => instance.id === id),
  sweeps: { ...state.sweeps, [id]: change(state.sweeps[id] ?? NOT_YET) },
});

/** The state after one more event. Pure: the same events give the same screen. */
export const afterProfileEvent = (state: ProfileState, event: ProfileEvent): ProfileState => {
  switch (event.kind) {
    case 'opened': {
      const before = event.sweeps.flatMap((sweep) => sweep.before);
      return {
        ...state,
        sweeps: { ...state.sweeps, ...Object.fromEntries(event.sweeps.map((sweep) => [sweep.axes.instance, opened(sweep)])) },
        refused: before.reduce(refusedAfter, {}),
      };
    }
    case 'begun':
      return { ...state, present: 0 };
    case 'idled':
      return withSweep(state, event.instance, (sweep) => ({ ...sweep, gpuSeconds: event.gpuSeconds }));
    case 'measured': {
      const { point, gpuSeconds } = event;
      const measured = withSweep(state, point.instance, (sweep) => ({ ...counted(sweep, point), gpuSeconds }));
      return { ...measured, last: point, refused: refusedAfter(state.refused, point) };
    }
    case 'noted':
      return { ...state, notes: [...state.notes, event.text] };
    case 'done':
      return { ...state, present: state.outline.instances.length };
    case 'stopped':
      return { ...state, stopped: true };
  }
};
