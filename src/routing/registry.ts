import { ecoRouting } from './eco.ts';
import { leastRequests } from './least-requests.ts';
import type { RoutingPolicy } from './policy.ts';
import { roundRobin } from './round-robin.ts';

/** Routing policies that exist today. */
export const ROUTINGS = ['round-robin', 'least-requests', 'eco'] as const;
export type RoutingId = (typeof ROUTINGS)[number];

export function createRouting(id: RoutingId): RoutingPolicy {
  if (id === 'round-robin') return roundRobin();
  return id === 'eco' ? ecoRouting : leastRequests;
}
