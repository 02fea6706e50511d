import type { ShapeExplanation } from '../../domain/explanation.ts';
import type { ClockDomainId, EngineRole } from '../../domain/instance.ts';
import type { FleetTracker } from '../../telemetry/fleet-tracker.ts';
import type { ResizeTunables } from './plan.ts';
import type { Presence, ResizeOrder } from './sizer.ts';

/** Where instances go that nobody needs: kept loaded at their lowest clock, or ended, their GPUs free for others. */
export type RestMode = 'park' | 'release';

/** GPUs that may change their role. Each clock domain has an instance of both phases then, of which those of its role serve. */
export interface ReshapeOptions {
  /** Which role each set of GPUs begins with. */
  readonly roles: ReadonlyMap<ClockDomainId, EngineRole>;
  /** Prefill sets may become decode sets, and the other way round. */
  readonly flips: boolean;
  /** Sets may do both phases. */
  readonly aggregates: boolean;
}

export interface ResizeOptions {
  /** Null: instances that nobody needs stay awake. */
  readonly rest: RestMode | null;
  readonly tunables: ResizeTunables;
  /** Left out: every instance keeps its role. */
  readonly reshape?: ReshapeOptions;
}

/** Who of a fleet serves, and as what. */
export interface FleetShape {
  readonly options: ResizeOptions;
  /** Whether routing may send an instance anything. */
  usable(instanceId: string): boolean;
  /** Whether an instance's phase is what its GPUs do now: only such a one has a say in their clock. */
  plays(instanceId: string): boolean;
  /** Of a clock domain whose instances are of both phases. */
  servesBoth(domainId: ClockDomainId): boolean;
  /** Of a clock domain. */
  presence(domainId: ClockDomainId): Presence;
  awake(domainId: ClockDomainId): void;
  orders(tracker: FleetTracker, nowMs: number): readonly ResizeOrder[];
  told(nowMs: number): ShapeExplanation | null;
}
