import { firstBy, lighterDecode, lighterPrefill } from './order.ts';
import type { RoutingPolicy } from './policy.ts';

/** Fewest requests at each role. */
export const leastRequests: RoutingPolicy = {
  id: 'least-requests',
  choose: ({ prefill, decode }) => ({
    kind: 'placement',
    prefill: firstBy(prefill, lighterPrefill).id,
    decode: firstBy(decode, lighterDecode).id,
    reason: 'fewest requests',
  }),
};
