import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';

export interface LoadProgress {
  readonly sent: number;
  readonly ended: number;
}

/**
 * Sends a schedule open loop, each request at its intended time, and reports what each client saw. What a server does
 * is a result, never an exception.
 */
export interface LoadSource {
  /**
   * @param schedule ascending by `arrivalMs`
   * @param options.drainMs how long after the last intended arrival unfinished requests are waited for; they are `unfinished` then
   * @param options.signal ends the run at once: open requests become `cancelled`, those not yet sent have no outcome
   * @param options.onProgress told of every change; `ended` never exceeds `sent`
   * @returns one outcome for each request sent, in schedule order, and no connection left; `startedAtMs` is the Time value of the schedule's zero
   */
  run(
    schedule: readonly WorkloadRequest[],
    options: { readonly drainMs: number; readonly signal: AbortSignal; readonly onProgress?: (progress: LoadProgress) => void },
  ): Promise<{ readonly startedAtMs: number; readonly outcomes: readonly RequestOutcome[] }>;
}
