import type { Slo } from '../domain/slo.ts';
import type { Governor } from '../governing/governor.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { ControlledInstance } from './clock-domain.ts';
import type { FleetShape, ResizeOptions } from './resize/fleet-shape.ts';
import { Reshaper } from './resize/reshaper.ts';
import { Resizer } from './resize/resizer.ts';
import type { RosterOptions } from './roster.ts';

export interface FleetControlOptions extends RosterOptions {
  readonly instances: readonly ControlledInstance[];
  readonly slo: Slo;
  readonly governor: Governor;
  readonly routing: RoutingPolicy;
  /** Lets instances go that nobody needs, and wakes them again; all stay when left out. */
  readonly resize?: ResizeOptions;
}

/** Who says which instances are needed; null where all stay as they are. */
export function shapeOf({ instances, slo, resize }: FleetControlOptions): FleetShape | null {
  if (!resize) return null;
  return resize.reshape ? new Reshaper(instances, slo, resize, resize.reshape) : new Resizer(instances, slo, resize);
}
