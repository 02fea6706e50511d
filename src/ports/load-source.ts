import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';

export interface LoadProgress {
  readonly sent: number;
  readonly ended: number;
}

/** How a schedule is run. */
export interface LoadOptions {
  /** How long after the last intended arrival unfinished requests are waited for; they are `unfinished` then. */
  readonly drainMs: number;
  /** Ends the run at once: open requests become `cancelled`, those not yet sent have no outcome. */
  readonly signal: AbortSignal;
  /** Told of every change; `ended` never exceeds `sent`. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Told of each outcome as soon as it is known; the run then keeps none of them, and its memory does not grow with the schedule. */
  readonly onOutcome?: (outcome: RequestOutcome) => void;
  /** Nothing more is sent after so many ms; left out, the whole schedule is. For closed loops, which know no intended times. */
  readonly sendForMs?: number;
}

/**
 * Sends a schedule and reports what each client saw. An open loop sends each request at its intended time; a closed loop sends the
 * next one as soon as one has ended, in the schedule's order, and its intended times are those of sending. What a server does is a
 * result, never an exception.
 */
export interface LoadSource {
  /**
   * @param schedule ascending by `arrivalMs`
   * @returns one outcome for each request sent, in schedule order, none where `onOutcome` was told, and no connection left;
   *   `startedAtMs` is the Time value of the schedule's zero
   */
  run(
    schedule: readonly WorkloadRequest[],
    options: LoadOptions,
  ): Promise<{ readonly startedAtMs: number; readonly outcomes: readonly RequestOutcome[] }>;
}
