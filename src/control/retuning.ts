import type { Role } from '../domain/instance.ts';
import type { LiveTunables } from '../domain/live-tuning.ts';
import type { PolicyTunables } from '../domain/tunables.ts';
import type { Governor } from '../governing/governor.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { ClockBounds } from './clock-bounds.ts';

/** What is turned on a fleet that serves; what is left out stays as it is. */
export interface Retuning {
  readonly governor?: Governor;
  readonly routing?: RoutingPolicy;
  /** Of the policies that are in force then; each null is as the policy was made. */
  readonly tunables?: PolicyTunables;
  readonly clockBounds?: Readonly<Partial<Record<Role, ClockBounds>>>;
}

/** Who decides. */
export interface Policies {
  readonly governor: Governor;
  readonly routing: RoutingPolicy;
}

/** @throws VoltanaError BAD_VALUE for a tunable out of range */
export function turned(policies: Policies, { governor = policies.governor, routing = policies.routing, tunables }: Retuning): Policies {
  if (!tunables) return { governor, routing };
  return { governor: governor.retuned?.(tunables) ?? governor, routing: routing.retuned?.(tunables) ?? routing };
}

/** What somebody who tunes a live cluster wants, as its control takes it. */
export const retuningOf = ({ itlTarget, ttftTarget, thrift, minClockMhz }: LiveTunables): Retuning => ({
  tunables: { itlTarget, ttftTarget, thrift },
  clockBounds: {
    prefill: { minMhz: minClockMhz.prefill, maxMhz: null },
    decode: { minMhz: minClockMhz.decode, maxMhz: null },
  },
});
