import type { RequestOutcome } from '../domain/request.ts';

/** Tokens that arrived together, at one time of the run. */
export interface Delivery {
  readonly atMs: number;
  readonly tokens: number;
}

/** When the tokens of an answer arrived. Chunks are taken to carry equally many, as nobody but the engine knows better. */
export const deliveriesOf = (outcome: RequestOutcome): Delivery[] => {
  if (outcome.firstTokenMs === null) return [];
  const chunks = 1 + outcome.gapsMs.length;
  const upTo = (chunk: number): number => Math.round((outcome.outputTokens * chunk) / chunks);
  let atMs = outcome.firstTokenMs;
  return [0, ...outcome.gapsMs].map((gapMs, i) => ({ atMs: (atMs += gapMs), tokens: upTo(i + 1) - upTo(i) }));
};

/** Points in time over which an answer's tokens are spread where nobody noted each. */
const SPREAD_POINTS = 16;

/** When the tokens of an answer arrived, had they come evenly between its first token and its end. */
export const spreadOf = ({
  firstTokenMs,
  endMs,
  outputTokens,
}: Pick<RequestOutcome, 'firstTokenMs' | 'endMs' | 'outputTokens'>): Delivery[] => {
  if (firstTokenMs === null || outputTokens === 0) return [];
  const rest = outputTokens - 1;
  const points = Math.min(rest, SPREAD_POINTS);
  const upTo = (point: number): number => Math.round((rest * point) / points);
  const lastsMs = Math.max(0, (endMs ?? firstTokenMs) - firstTokenMs);
  const later = Array.from({ length: points }, (_, i) => ({
    atMs: firstTokenMs + (lastsMs * (i + 1)) / points,
    tokens: upTo(i + 1) - upTo(i),
  }));
  return [{ atMs: firstTokenMs, tokens: 1 }, ...later];
};

/** When the request was last heard of: its end, else its last token, else its sending. */
export const lastSeenMs = (outcome: RequestOutcome): number => outcome.endMs ?? deliveriesOf(outcome).at(-1)?.atMs ?? outcome.sentMs;
