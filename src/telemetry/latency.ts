import type { RequestOutcome } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';

/** What of a request's answer its latencies follow from. */
export interface Answer extends Pick<RequestOutcome, 'status' | 'intendedMs' | 'firstTokenMs' | 'endMs'> {
  /** Mean gap between its tokens; null for a one-token answer, which has no gap. */
  readonly meanGapMs: number | null;
}

/** Mean gap between the tokens of an answer; null without a gap. A chunk may carry several tokens, so there can be more tokens than gaps. */
export const meanGapMsOf = ({ gapsMs, outputTokens }: RequestOutcome): number | null => {
  const gaps = Math.max(outputTokens - 1, gapsMs.length);
  return gaps <= 0 ? null : gapsMs.reduce((sum, gapMs) => sum + gapMs, 0) / gaps;
};

/** From the intended time, so that a late client cannot hide the wait (open loop). */
export const ttftMsOf = ({ firstTokenMs, intendedMs }: Answer): number | null => (firstTokenMs === null ? null : firstTokenMs - intendedMs);

/** From the intended time; of completed requests only, as any other end says nothing about the work. */
export const e2eMsOf = ({ status, endMs, intendedMs }: Answer): number | null =>
  status !== 'completed' || endMs === null ? null : endMs - intendedMs;

/** Of completed requests only. */
export const tpotMsOf = ({ status, meanGapMs }: Answer): number | null => (status === 'completed' ? meanGapMs : null);

export interface SloVerdict {
  readonly ttft: boolean;
  readonly itl: boolean;
  readonly joint: boolean;
}

/** Whether one request met its promises. Whatever did not complete missed both. */
export const sloVerdict = (answer: Answer, slo: Slo): SloVerdict => {
  const completed = answer.status === 'completed';
  const ttftMs = ttftMsOf(answer);
  const ttft = completed && ttftMs !== null && ttftMs <= slo.ttftMs;
  const itl = completed && (tpotMsOf(answer) ?? 0) <= slo.itlMs;
  return { ttft, itl, joint: ttft && itl };
};
