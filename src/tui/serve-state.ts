import type { Role } from '../domain/instance.ts';
import type { Slo } from '../domain/slo.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { EMPTY_TRACK, extendTrack, type RunTrack } from './run-track.ts';

/** What a screen of a served cluster knows before anything runs. */
export interface ServeOutline {
  readonly title: string;
  readonly evidence: string;
  readonly slo: Slo;
  /** How the engines come to be, for people: `launched by ssh`. */
  readonly launcher: string;
  readonly governor: string;
  readonly routing: string;
  readonly warnings: readonly string[];
}

export type ServeEvent =
  | { readonly kind: 'launched'; readonly instances: readonly { readonly id: string; readonly role: Role }[]; readonly seconds: number }
  | { readonly kind: 'serving'; readonly url: string }
  | { readonly kind: 'observed'; readonly snapshot: Snapshot }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'draining' }
  | { readonly kind: 'ended' };

export interface ServeState {
  readonly outline: ServeOutline;
  readonly phase: 'launching' | 'opening' | 'serving' | 'draining' | 'ended';
  readonly launchedS: number | null;
  readonly instances: readonly { readonly id: string; readonly role: Role }[];
  readonly url: string | null;
  readonly snapshot: Snapshot | null;
  readonly track: RunTrack;
  readonly lost: readonly string[];
}

/** An hour of pictures, four a second; older ones only make the curve longer. */
const KEPT_POINTS = 14_400;

export const initialServeState = (outline: ServeOutline): ServeState => ({
  outline,
  phase: 'launching',
  launchedS: null,
  instances: [],
  url: null,
  snapshot: null,
  track: EMPTY_TRACK,
  lost: [],
});

const trimmed = ({ zeroJ, points }: RunTrack): RunTrack => ({
  zeroJ,
  points: points.length > KEPT_POINTS ? points.slice(-KEPT_POINTS) : points,
});

/** The state after one more event. Pure: the same events give the same screen. */
export const afterServeEvent = (state: ServeState, event: ServeEvent): ServeState => {
  switch (event.kind) {
    case 'launched':
      return { ...state, phase: 'opening', instances: event.instances, launchedS: event.seconds };
    case 'serving':
      return { ...state, phase: 'serving', url: event.url };
    case 'observed':
      return { ...state, snapshot: event.snapshot, track: trimmed(extendTrack(state.track, event.snapshot)) };
    case 'lost':
      return { ...state, lost: [...state.lost, event.reason] };
    case 'draining':
      return { ...state, phase: 'draining' };
    case 'ended':
      return { ...state, phase: 'ended' };
  }
};
