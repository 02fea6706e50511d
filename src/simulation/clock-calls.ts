import type { ClockCommand } from '../control/clock-control.ts';
import { MinHeap } from '../emulation/min-heap.ts';

/** What a driver does: starts a call, and answers when it is over. */
export interface CallHandler {
  /** @returns how long the call takes, ms */
  start(command: ClockCommand, nowMs: number): number;
  answer(command: ClockCommand, nowMs: number): void;
}

/** Driver calls that wait or are under way. */
export class ClockCalls {
  readonly #handler: CallHandler;
  readonly #serialised: boolean;
  readonly #running = new MinHeap<ClockCommand>();
  readonly #waiting: ClockCommand[] = [];

  /** @param serialised whether calls of all instances wait for each other, first come first served */
  constructor(handler: CallHandler, serialised: boolean) {
    this.#handler = handler;
    this.#serialised = serialised;
  }

  /** When the next call is over; Infinity when none runs. */
  get nextMs(): number {
    return this.#running.topKey;
  }

  ask(command: ClockCommand, nowMs: number): void {
    if (this.#serialised && this.#running.size > 0) this.#waiting.push(command);
    else this.#start(command, nowMs);
  }

  /** Answers every call that is over. */
  answer(nowMs: number): void {
    while (this.#running.topKey <= nowMs) {
      this.#handler.answer(this.#running.pop()!, nowMs);
      const next = this.#waiting.shift();
      if (next) this.#start(next, nowMs);
    }
  }

  #start(command: ClockCommand, nowMs: number): void {
    this.#running.push(nowMs + this.#handler.start(command, nowMs), command);
  }
}
