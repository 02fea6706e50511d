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

/** Tells when the tokens of an answer arrived, had they come evenly between its first token and its end. */
export function spread(
  { firstTokenMs, endMs, outputTokens }: Pick<RequestOutcome, 'firstTokenMs' | 'endMs' | 'outputTokens'>,
  tell: (atMs: number, tokens: number) => void,
): void {
  if (firstTokenMs === null || outputTokens === 0) return;
  tell(firstTokenMs, 1);
  const rest = outputTokens - 1;
  const points = Math.min(rest, SPREAD_POINTS);
  const lastsMs = Math.max(0, (endMs ?? firstTokenMs) - firstTokenMs);
  let told = 0;
  for (let point = 1; point <= points; point++) {
    const upTo = Math.round((rest * point) / points);
    tell(firstTokenMs + (lastsMs * point) / points, upTo - told);
    told = upTo;
  }
}

/** When the request was last heard of: its end, else its last token, else its sending. */
export const lastSeenMs = (outcome: RequestOutcome): number => outcome.endMs ?? deliveriesOf(outcome).at(-1)?.atMs ?? outcome.sentMs;
