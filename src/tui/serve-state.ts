import type { EnergyMap } from '../domain/energy-map.ts';
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
  /** Somebody else's gateway, that is only watched: voltana neither launches nor ends it. */
  readonly watched?: boolean;
}

export type ServeEvent =
  | { readonly kind: 'launched'; readonly instances: readonly { readonly id: string; readonly role: Role }[]; readonly seconds: number }
  | { readonly kind: 'serving'; readonly url: string }
  | { readonly kind: 'observed'; readonly snapshot: Snapshot }
  | { readonly kind: 'mapped'; readonly maps: readonly EnergyMap[] }
  /** A watched gateway has not answered since it did last. @param heardAtS on the clock of the screen's elapsed time */
  | { readonly kind: 'silent'; readonly reason: string; readonly heardAtS: number }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'noted'; readonly text: string }
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
  readonly maps: readonly EnergyMap[];
  /** Since when the picture does not move; null while it does. */
  readonly silent: { readonly reason: string; readonly heardAtS: number } | null;
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
  maps: [],
  silent: null,
  lost: [],
});

const trimmed = (track: RunTrack): RunTrack => ({
  ...track,
  points: track.points.length > KEPT_POINTS ? track.points.slice(-KEPT_POINTS) : track.points,
});

/** Another process serves there now: its counters begin anew. */
const isAnother = (before: Snapshot | null, now: Snapshot): boolean =>
  before !== null && (now.atMs < before.atMs || now.outputTokens < before.outputTokens);

const observed = (state: ServeState, snapshot: Snapshot): ServeState => {
  const track = isAnother(state.snapshot, snapshot) ? EMPTY_TRACK : state.track;
  return { ...state, snapshot, silent: null, track: trimmed(extendTrack(track, snapshot)) };
};

/** The state after one more event. Pure: the same events give the same screen. */
export const afterServeEvent = (state: ServeState, event: ServeEvent): ServeState => {
  switch (event.kind) {
    case 'launched':
      return { ...state, phase: 'opening', instances: event.instances, launchedS: event.seconds };
    case 'serving':
      return { ...state, phase: 'serving', url: event.url };
    case 'observed':
      return observed(state, event.snapshot);
    case 'mapped':
      return { ...state, maps: event.maps };
    case 'silent':
      return { ...state, silent: { reason: event.reason, heardAtS: event.heardAtS } };
    case 'lost':
      return { ...state, lost: [...state.lost, event.reason] };
    case 'noted':
      return { ...state, lost: [...state.lost, event.text] };
    case 'draining':
      return { ...state, phase: 'draining' };
    case 'ended':
      return { ...state, phase: 'ended' };
  }
};
