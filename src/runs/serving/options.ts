import type { ClusterFile } from '../../domain/cluster.ts';
import type { Role } from '../../domain/instance.ts';
import type { FittedCards, FittedDocument } from '../../domain/profile.ts';

/** A deployment to be served, fully resolved: every id looked up, every number checked. */
export interface ServeOptions {
  readonly cluster: ClusterFile;
  /** Null where voltana has no cards of this GPU, model or engine. */
  readonly cards: FittedCards | null;
  readonly fitted: FittedDocument | null;
  readonly governor: string;
  readonly routing: string;
  readonly fixedMhz: Readonly<Record<Role, number>> | null;
  readonly seed: number;
  /** Until a signal when null. */
  readonly durationS: number | null;
  /** What was decided for the operator, and why. */
  readonly warnings: readonly string[];
}

/** A serve as asked for; nothing is looked up yet. */
export interface ServeRequest {
  readonly cluster: string;
  readonly governor: string | undefined;
  readonly routing: string | undefined;
  readonly clocks: string | undefined;
  readonly fitted: string | undefined;
  readonly sloTtftMs: number | undefined;
  readonly sloItlMs: number | undefined;
  readonly gatewayPort: number | undefined;
  readonly seed: number;
  readonly durationS: number | undefined;
}
