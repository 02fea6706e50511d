import type { RequestOutcome, WorkloadRequest } from '../../../domain/request.ts';
import type { StreamEvent } from './completions.ts';

export type OutcomeStatus = RequestOutcome['status'];

/** Collects what one client sees of one request. Times are ms since the start of the run. */
export interface Observation {
  sentAt(nowMs: number): void;
  event(event: StreamEvent, nowMs: number): void;
  /** What a complete answer still lacks at the stream's end; null for nothing. `done`: the stream said [DONE]. */
  missing(done: boolean): string | null;
  /** `endMs` is null for a request that was given up on. */
  outcome(status: OutcomeStatus, endMs: number | null, error: string | null): RequestOutcome;
}

export const createObservation = (request: WorkloadRequest, dispatchedMs: number): Observation => {
  const gapsMs: number[] = [];
  let sentMs = dispatchedMs;
  let firstTokenMs: number | null = null;
  let lastTokenMs = 0;
  let finished = false;
  let promptTokens: number | null = null;
  let outputTokens: number | null = null;

  const chunk = (nowMs: number): void => {
    if (firstTokenMs === null) firstTokenMs = nowMs;
    else gapsMs.push(nowMs - lastTokenMs);
    lastTokenMs = nowMs;
  };
  const chunks = (): number => (firstTokenMs === null ? 0 : gapsMs.length + 1);

  return {
    sentAt: (nowMs) => {
      sentMs = nowMs;
    },
    event: (event, nowMs) => {
      if (event.text) chunk(nowMs);
      finished ||= event.finished;
      promptTokens = event.usage?.promptTokens ?? promptTokens;
      outputTokens = event.usage?.outputTokens ?? outputTokens;
    },
    missing: (done) => {
      if (firstTokenMs === null) return 'the stream ended without a token';
      return done || finished ? null : 'the stream ended without [DONE] or a finish reason';
    },
    outcome: (status, endMs, error) => ({
      id: request.id,
      status,
      intendedMs: request.arrivalMs,
      sentMs,
      firstTokenMs,
      endMs,
      promptTokens: promptTokens ?? request.promptTokens,
      outputTokens: outputTokens ?? chunks(),
      gapsMs,
      error,
    }),
  };
};
