import type { IterationWork } from '../prediction/analytic/work.ts';
import type { EmulatedRequest, InstanceLoad } from './types.ts';

/** The batching half of an emulated engine: which requests run in an iteration and what its end brings. It tells an `EngineListener`. */
export interface Scheduler<R extends EmulatedRequest = EmulatedRequest> {
  submit(request: R, nowMs: number): void;
  cancel(id: string): void;
  peerArrived(room: number, nowMs: number): void;
  peerGone(room: number, nowMs: number): void;
  kvArrived(room: number, nowMs: number): void;
  kvFailed(room: number, reason: string, nowMs: number): void;
  /** The next transfer end or timeout; Infinity when there is none. */
  nextTimerMs(): number;
  /** Handles every transfer end and timeout due at `nowMs`. */
  fireTimers(nowMs: number): void;
  /** Forms the next batch, or null when nothing can run. What it returns holds until the next call. */
  begin(nowMs: number): IterationWork | null;
  /** The batch formed last is done. */
  end(nowMs: number): void;
  load(): InstanceLoad;
  /** Output tokens that a request has got; 0 for one that is not here. */
  produced(id: string): number;
  /** Prompt tokens that were in the prefix cache and not computed again. */
  readonly cachedTokens: number;
}
