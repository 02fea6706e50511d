import type { RequestOutcome } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';

/** From the intended time, so that a late client cannot hide the wait (open loop). */
export const ttftMsOf = (outcome: RequestOutcome): number | null =>
  outcome.firstTokenMs === null ? null : outcome.firstTokenMs - outcome.intendedMs;

/** From the intended time; of completed requests only, as any other end says nothing about the work. */
export const e2eMsOf = (outcome: RequestOutcome): number | null =>
  outcome.status !== 'completed' || outcome.endMs === null ? null : outcome.endMs - outcome.intendedMs;

/** Mean gap between the tokens of a completed request; null for a one-token answer, which has no gap. */
export const tpotMsOf = (outcome: RequestOutcome): number | null => {
  // A chunk may carry several tokens, so there can be more tokens than gaps.
  const gaps = Math.max(outcome.outputTokens - 1, outcome.gapsMs.length);
  if (outcome.status !== 'completed' || gaps <= 0) return null;
  return outcome.gapsMs.reduce((sum, gapMs) => sum + gapMs, 0) / gaps;
};

export interface SloVerdict {
  readonly ttft: boolean;
  readonly itl: boolean;
  readonly joint: boolean;
}

/** Whether one request met its promises. Whatever did not complete missed both. */
export const sloVerdict = (outcome: RequestOutcome, slo: Slo): SloVerdict => {
  const completed = outcome.status === 'completed';
  const ttftMs = ttftMsOf(outcome);
  const ttft = completed && ttftMs !== null && ttftMs <= slo.ttftMs;
  const itl = completed && (tpotMsOf(outcome) ?? 0) <= slo.itlMs;
  return { ttft, itl, joint: ttft && itl };
};
