import type { RoutingPolicy } from './policy.ts';

/** Prefill as one policy chooses it, decode as another; the request waits while either wants it to. */
export const combined = (prefillBy: RoutingPolicy, decodeBy: RoutingPolicy, id = `${prefillBy.id}+${decodeBy.id}`): RoutingPolicy => ({
  id,
  choose(question) {
    const first = prefillBy.choose(question);
    if (first.kind === 'hold') return first;
    const second = decodeBy.choose(question);
    if (second.kind === 'hold') return second;
    return { kind: 'placement', prefill: first.prefill, decode: second.decode, reason: `${first.reason}; ${second.reason}` };
  },
});
