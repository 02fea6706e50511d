import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';

export interface LoadProgress {
  readonly sent: number;
  readonly ended: number;
}

/** Sends a schedule open loop, each request at its intended time, and reports what each client saw. */
export interface LoadSource {
  /**
   * @param schedule ascending by `arrivalMs`
   * @param options.drainMs how long after the last intended arrival unfinished requests are waited for
   * @returns outcomes in schedule order; `startedAtMs` is the Time value of the schedule's zero
   */
  run(
    schedule: readonly WorkloadRequest[],
    options: { readonly drainMs: number; readonly signal: AbortSignal; readonly onProgress?: (progress: LoadProgress) => void },
  ): Promise<{ readonly startedAtMs: number; readonly outcomes: readonly RequestOutcome[] }>;
}
