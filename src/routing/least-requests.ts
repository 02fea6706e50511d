import type { Candidate, RoutingPolicy } from './policy.ts';

/** The candidate with the smallest load; the lighter of two equals by `tie`, then the first in the cluster file. */
function least<L>(candidates: readonly Candidate<L>[], requests: (load: L) => number, tie: (load: L) => number): string {
  let best = candidates[0]!;
  for (const candidate of candidates) {
    const difference = requests(candidate.load) - requests(best.load);
    if (difference < 0 || (difference === 0 && tie(candidate.load) < tie(best.load))) best = candidate;
  }
  return best.id;
}

/** Fewest requests at each role. */
export const leastRequests: RoutingPolicy = {
  id: 'least-requests',
  choose: ({ prefill, decode }) => ({
    kind: 'placement',
    prefill: least(
      prefill,
      (load) => load.waiting.length,
      (load) => load.requestRatePerS,
    ),
    decode: least(
      decode,
      (load) => load.batch + load.incoming,
      (load) => load.kvTokens,
    ),
    reason: 'fewest requests',
  }),
};
