import type { IterationWork } from '../prediction/analytic/work.ts';
import type { EmulatedRequest, EngineEvent, InstanceLoad } from './types.ts';

/** The batching half of an emulated engine: which requests run in an iteration and what its end brings. */
export interface Scheduler {
  submit(request: EmulatedRequest, nowMs: number): void;
  cancel(id: string): void;
  peerArrived(room: number, nowMs: number): void;
  peerGone(room: number, nowMs: number): void;
  kvArrived(room: number, nowMs: number): void;
  kvFailed(room: number, reason: string, nowMs: number): void;
  /** The next transfer end or timeout; Infinity when there is none. */
  nextTimerMs(): number;
  /** Handles every transfer end and timeout due at `nowMs`. */
  fireTimers(nowMs: number): void;
  /** Forms the next batch, or null when nothing can run. */
  begin(nowMs: number): IterationWork | null;
  /** The batch formed last is done. */
  end(nowMs: number): void;
  /** Events since the last call, in order. */
  takeEvents(): EngineEvent[];
  load(): InstanceLoad;
}

/** Collects events between two `takeEvents`. */
export class EventLog {
  #events: EngineEvent[] = [];

  push(event: EngineEvent): void {
    this.#events.push(event);
  }

  take(): EngineEvent[] {
    if (this.#events.length === 0) return [];
    const taken = this.#events;
    this.#events = [];
    return taken;
  }
}
