import type { ClockDecision, ClockTransition } from '../domain/clock.ts';
import type { ClockDomainId } from '../domain/instance.ts';
import { TransitionLimit } from './rate-limit.ts';
import { atLeast } from './resolve.ts';

/** A lock to be performed, and then answered with `applied` or `failed`. */
export interface ClockCommand {
  readonly domain: ClockDomainId;
  readonly fromMhz: number;
  readonly clockMhz: number;
  readonly reason: string;
}

export interface ClockControlOptions {
  readonly domain: ClockDomainId;
  /** Supported clocks within the operator's bounds, ascending, never empty. */
  readonly clocksMhz: readonly number[];
  readonly startMhz: number;
  readonly maxTransitionsPerS: number;
  /** A slow-down waits this long after any transition. */
  readonly dwellMs: number;
}

const LOG_LENGTH = 10_000;

/**
 * Between a governor's wish and a driver's lock, for one clock domain: bounds, resolution to a supported clock,
 * dwell, rate limit, one command at a time, and the log of what was really applied.
 */
export class ClockControl {
  readonly #options: ClockControlOptions;
  readonly #limit: TransitionLimit;
  readonly #log: ClockTransition[] = [];
  #askedMhz: number;
  #appliedMhz: number | null = null;
  #lastMs = -Infinity;
  #pending: ClockCommand | null = null;
  #transitions = 0;
  #reason: string | null = null;

  constructor(options: ClockControlOptions) {
    this.#options = options;
    this.#limit = new TransitionLimit(options.maxTransitionsPerS);
    this.#askedMhz = options.startMhz;
  }

  get askedMhz(): number {
    return this.#askedMhz;
  }

  /** What the driver read back last; null before the first command. */
  get appliedMhz(): number | null {
    return this.#appliedMhz;
  }

  /** The clock that has held long enough to have settled; null while a change is under way. */
  steadyMhz(nowMs: number, settleMs: number): number | null {
    const changedMs = this.#log.at(-1)?.atMs ?? -Infinity;
    return this.#pending === null && nowMs - changedMs >= settleMs ? this.#askedMhz : null;
  }

  /** A command is on its way to the driver. */
  get busy(): boolean {
    return this.#pending !== null;
  }

  get transitions(): number {
    return this.#transitions;
  }

  get lastReason(): string | null {
    return this.#reason;
  }

  get log(): readonly ClockTransition[] {
    return this.#log;
  }

  /**
   * The command that carries out a decision, or null when nothing may or need change now.
   * @param urgent a faster clock does not wait for its turn: it is to hold whatever was changed before
   */
  propose(decision: ClockDecision, nowMs: number, urgent = false): ClockCommand | null {
    const clockMhz = atLeast(this.#options.clocksMhz, decision.clockMhz);
    if (this.#pending || clockMhz === this.#askedMhz) return null;
    const direction = clockMhz > this.#askedMhz ? 'up' : 'down';
    if (direction === 'down' && nowMs - this.#lastMs < this.#options.dwellMs) return null;
    if (!(urgent && direction === 'up') && !this.#limit.allows(direction, nowMs)) return null;
    this.#limit.count(nowMs);
    this.#lastMs = nowMs;
    this.#pending = { domain: this.#options.domain, fromMhz: this.#askedMhz, clockMhz, reason: decision.reason };
    return this.#pending;
  }

  /** The driver performed the pending command and read this clock back. */
  applied(appliedMhz: number, nowMs: number): void {
    if (!this.#pending) return;
    this.#askedMhz = this.#pending.clockMhz;
    this.#transitions++;
    this.#settle(appliedMhz, nowMs);
  }

  /** The driver refused: the old clock still stands. */
  failed(nowMs: number): void {
    this.#settle(null, nowMs);
  }

  /** A later reading, once the clock has settled. */
  observed(appliedMhz: number): void {
    this.#appliedMhz = appliedMhz;
  }

  /** Somebody gave the clock back: what held before the first command holds again. */
  restored(): void {
    this.#pending = null;
    this.#askedMhz = this.#options.startMhz;
    this.#appliedMhz = this.#askedMhz;
  }

  #settle(appliedMhz: number | null, nowMs: number): void {
    if (!this.#pending) return;
    const { domain, fromMhz, clockMhz, reason } = this.#pending;
    this.#log.push({ domain, atMs: nowMs, fromMhz, requestedMhz: clockMhz, appliedMhz, reason });
    if (this.#log.length > LOG_LENGTH) this.#log.shift();
    this.#reason = reason;
    this.#appliedMhz = appliedMhz ?? this.#appliedMhz;
    this.#pending = null;
  }
}
