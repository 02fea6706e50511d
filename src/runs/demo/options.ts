import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import type { Role } from '../../domain/instance.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { PhasedCluster } from '../phases.ts';

/** How one of the two runs is governed and routed. */
export interface Contender {
  readonly governor: string;
  readonly routing: string;
  readonly fixedMhz: Readonly<Record<Role, number>> | null;
}

/** A demo, fully resolved: every id looked up, every number checked. */
export interface DemoOptions {
  readonly cluster: PhasedCluster;
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly workload: string;
  readonly ratePerS: number | null;
  readonly schedule: readonly WorkloadRequest[];
  readonly seed: number;
  readonly baseline: Contender;
  readonly candidate: Contender;
  /** How long all of it will take, about. */
  readonly estimatedS: number;
}
