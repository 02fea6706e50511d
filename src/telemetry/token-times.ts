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

/** When the request was last heard of: its end, else its last token, else its sending. */
export const lastSeenMs = (outcome: RequestOutcome): number => outcome.endMs ?? deliveriesOf(outcome).at(-1)?.atMs ?? outcome.sentMs;
