import type { DecodeLoad, PrefillLoad } from '../telemetry/load.ts';
import type { Candidate } from './policy.ts';

/** Negative when `a` comes first; 0 only for candidates that no policy could tell apart. */
export type Order<L> = (a: Candidate<L>, b: Candidate<L>) => number;

/** The candidate that comes first; of those that are alike the first in the cluster file. */
export function firstBy<L>(candidates: readonly Candidate<L>[], order: Order<L>): Candidate<L> {
  let best = candidates[0]!;
  for (const candidate of candidates) if (order(candidate, best) < 0) best = candidate;
  return best;
}

/** Requests of a decode instance: those that stream and those on their way. */
export const requestsOf = ({ batch, incoming }: DecodeLoad): number => batch + incoming;

/**
 * Fewest prompts, then the lower rate: an idle fleet shares its load. The rest only makes the choice one of loads and
 * never one of places in a list.
 */
export const lighterPrefill: Order<PrefillLoad> = (a, b) =>
  a.load.waiting.length - b.load.waiting.length ||
  a.load.requestRatePerS - b.load.requestRatePerS ||
  a.load.waitingTokens - b.load.waitingTokens ||
  b.currentMhz - a.currentMhz ||
  (b.load.idleSinceMs ?? 0) - (a.load.idleSinceMs ?? 0) ||
  a.load.afterPrefillMs - b.load.afterPrefillMs;

/** Fewest requests, then fewest KV tokens, then whatever else tells two loads apart. */
export const lighterDecode: Order<DecodeLoad> = (a, b) =>
  requestsOf(a.load) - requestsOf(b.load) ||
  a.load.kvTokens - b.load.kvTokens ||
  a.load.incomingTokens - b.load.incomingTokens ||
  a.load.requestRatePerS - b.load.requestRatePerS ||
  b.currentMhz - a.currentMhz ||
  (b.load.idleSinceMs ?? 0) - (a.load.idleSinceMs ?? 0);
