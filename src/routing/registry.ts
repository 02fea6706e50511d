import { givenTunables, type PolicyTunables } from '../domain/tunables.ts';
import type { Random } from '../ports/random.ts';
import { createRandom } from '../statistics/random.ts';
import { cacheAware } from './cache-aware.ts';
import { combined } from './combined.ts';
import { tunableEco } from './eco/index.ts';
import { lateBinding } from './late-binding.ts';
import { leastRequests } from './least-requests.ts';
import type { RoutingPolicy } from './policy.ts';
import { powerOfTwo } from './power-of-two.ts';
import { randomRouting } from './random.ts';
import { roundRobin } from './round-robin.ts';
import { tileAware } from './tile-aware.ts';
import { whatIf } from './what-if.ts';

/** Every policy that can be named, and how it is made. `-late`: with a queue at the gateway, and prefill by fewest requests. */
const POLICIES = {
  random: randomRouting,
  'round-robin': roundRobin,
  'least-requests': () => leastRequests,
  'power-of-two': powerOfTwo,
  'cache-aware': () => cacheAware(),
  'tile-aware': (random) => tileAware(random),
  'what-if': whatIf,
  'least-requests-late': () => lateBinding(leastRequests),
  'tile-aware-late': (random) => lateBinding(combined(leastRequests, tileAware(random), 'tile-aware')),
  eco: (_random, tunables) => tunableEco(givenTunables(tunables)),
} as const satisfies Record<string, (random: Random, tunables: PolicyTunables) => RoutingPolicy>;

export type RoutingId = keyof typeof POLICIES;
export const ROUTINGS = Object.keys(POLICIES) as readonly RoutingId[];

export interface RoutingOptions {
  /** `eco` only: the others plan for no promise. The governor's, which eco's own follow. */
  readonly tunables?: PolicyTunables;
}

/**
 * @param random where a policy leaves something to chance; a stream of its own, the same every time, when left out
 * @throws VoltanaError BAD_VALUE for a tunable out of range
 */
export const createRouting = (id: RoutingId, random: Random = createRandom(0), { tunables = {} }: RoutingOptions = {}): RoutingPolicy =>
  POLICIES[id](random, tunables);
