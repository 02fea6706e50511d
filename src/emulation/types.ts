import type { EngineCard, GpuCard, ModelCard } from '../domain/cards.ts';
import type { EngineRole, Role } from '../domain/instance.ts';
import type { Personality } from '../prediction/analytic/personality.ts';

/** One emulated instance: an engine of one role on its modelled GPUs, or of both on the same ones. */
export interface EmulatedInstanceSpec<K extends EngineRole = Role> {
  readonly id: string;
  readonly role: K;
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly tp: number;
  /** Draws the hidden personality of the device and its settle times. */
  readonly seed: number;
  /** In place of the drawn one. */
  readonly personality?: Personality;
}

export interface EmulatedRequest {
  readonly id: string;
  /** Pairs the two legs; 0 needs no peer (KV is made up), which is how one phase is measured alone. */
  readonly room: number;
  readonly promptTokens: number;
  /** Output tokens; ignored by a prefill instance. */
  readonly maxTokens: number;
  /** See `PolicyRequest.prefix`. */
  readonly prefix?: readonly string[];
  /** Prefill: is computed without waiting for its peer, and its KV is then kept until the peer has fetched it or somebody cancels it. */
  readonly holds?: boolean;
  /** What an aggregated instance does of it; both when left out. The others do what their role is. */
  readonly phase?: RequestPhase;
}

export type RequestPhase = Role | 'both';

/**
 * Hears what happens inside an engine, when it happens and in that order; it must not call the engine back. Requests are the very
 * objects that were submitted. A leg ends with exactly one of `finished`, `failed`.
 */
export interface EngineListener<R extends EmulatedRequest = EmulatedRequest> {
  /** Decode has room for the request's KV and asks its peer for it (never for room 0). */
  kvWanted(request: R, atMs: number): void;
  /** Prefill computed the KV; the peer that asked may have it. */
  kvReady(request: R, atMs: number): void;
  /** The first output token came with the KV. */
  firstToken(request: R, atMs: number): void;
  /** A decode iteration of `durationMs` is over and gave `batch` > 0 requests a token. `ends` tells that some of them end with it. */
  stepped(batch: number, durationMs: number, ends: boolean, atMs: number): void;
  /** After `stepped`, for all of its tokens: so many came `gapMs` after the same request's one before. */
  gaps(gapMs: number, count: number, atMs: number): void;
  /** Every output token by itself, number `index` from 0. Leave it out where nobody needs that: it costs time for each. */
  token?(request: R, index: number, atMs: number): void;
  finished(request: R, atMs: number): void;
  failed(request: R, reason: string, atMs: number): void;
}

/** What happened inside, in order of `atMs`. A leg ends with exactly one of `finished`, `failed`. */
export type EngineEvent =
  /** Decode has room for the request's KV and asks its peer for it (never for room 0). */
  | { readonly kind: 'kv-wanted'; readonly id: string; readonly room: number; readonly atMs: number }
  /** Prefill computed the KV; the peer that asked may have it. */
  | { readonly kind: 'kv-ready'; readonly id: string; readonly room: number; readonly promptTokens: number; readonly atMs: number }
  /** Decode produced output token number `index` (from 0). */
  | { readonly kind: 'token'; readonly id: string; readonly index: number; readonly atMs: number }
  | { readonly kind: 'finished'; readonly id: string; readonly atMs: number }
  | { readonly kind: 'failed'; readonly id: string; readonly reason: string; readonly atMs: number };

export interface DeviceReading {
  readonly appliedMhz: number;
  readonly lockedMhz: number | null;
  readonly throttled: boolean;
  /** Of all GPUs of the instance, as its sensor shows it (gain error included), since the start. */
  readonly energyJ: number;
  readonly powerW: number;
}

export interface InstanceLoad {
  readonly running: number;
  readonly waiting: number;
  readonly kvTokens: number;
  readonly kvCapacityTokens: number;
}

/**
 * An emulated engine as a state machine: it has no timers and reads no clock. Whoever owns it calls `advance` at
 * (or any time after) `nextEventMs()`; internal events happen at their modelled times however late the call is.
 * Every input first advances to its own time, so any call may tell the listener.
 */
export interface EmulatedEngine<R extends EmulatedRequest = EmulatedRequest> {
  submit(request: R, nowMs: number): void;
  /** Prefill: the decode leg asked for this room's KV. Throws nothing for an unknown room: the leg may come later. */
  peerArrived(room: number, nowMs: number): void;
  /** Prefill: the peer that had asked went away. Fails the request when it is still here. */
  peerGone(room: number, nowMs: number): void;
  /** Decode: the peer's KV is there to be transferred. */
  kvArrived(room: number, nowMs: number): void;
  /** Decode: the peer refused or failed. */
  kvFailed(room: number, reason: string, nowMs: number): void;
  /** The client went away: the request disappears without an event. */
  cancel(id: string, nowMs: number): void;
  /** Locks the clock (null restores the driver's default). Returns how long the driver call takes. @throws RangeError for an unsupported clock */
  lockClock(clockMhz: number | null, nowMs: number): number;
  /** Its process ends, and its GPUs are nobody's; or it starts again. Only where no request is inside. */
  release(released: boolean, nowMs: number): void;
  /**
   * An engine of that role is loaded on the same GPUs: clock and meter go on, KV and prefix cache are gone. How long it takes is the
   * caller's to wait.
   * @throws RangeError while a request is inside
   */
  become(role: EngineRole, listener: EngineListener<R>, nowMs: number): void;
  /** No request is inside. */
  empty(): boolean;
  supportedMhz(): readonly number[];
  reading(nowMs: number): DeviceReading;
  load(): InstanceLoad;
  /** Output tokens that a request has got; 0 for one that is not here. */
  produced(id: string): number;
  /** Prompt tokens that were in the prefix cache and not computed again. */
  cachedTokens(): number;
  /** Begun since the start. */
  iterations(): number;
  /** Infinity when nothing is scheduled. */
  nextEventMs(): number;
  advance(nowMs: number): void;
}

/** An engine whose events are collected: they come back from the next `advance`. */
export interface EmulatedInstance extends Omit<EmulatedEngine, 'advance' | 'become' | 'empty'> {
  advance(nowMs: number): EngineEvent[];
}
