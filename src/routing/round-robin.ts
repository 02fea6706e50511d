import type { RoutingPolicy } from './policy.ts';

/** Each instance of a role in turn. Its counter is its only state. */
export function roundRobin(): RoutingPolicy {
  let turn = 0;
  return {
    id: 'round-robin',
    choose({ prefill, decode }) {
      const decision = {
        kind: 'placement',
        prefill: prefill[turn % prefill.length]!.id,
        decode: decode[turn % decode.length]!.id,
        reason: 'next in turn',
      } as const;
      turn = (turn + 1) % (prefill.length * decode.length);
      return decision;
    },
  };
}
