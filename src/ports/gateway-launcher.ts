import type { ClusterFile } from '../domain/cluster.ts';
import type { FittedDocument } from '../domain/profile.ts';
import type { LaunchedInstance, Role } from '../domain/instance.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** What a gateway process is told: plain data, so that it crosses a process boundary as JSON. */
export interface GatewaySpec {
  readonly cluster: ClusterFile;
  readonly instances: readonly LaunchedInstance[];
  readonly governor: string;
  readonly routing: string;
  /** `fixed` only. */
  readonly fixedMhz: Readonly<Record<Role, number>> | null;
  readonly fitted: Pick<FittedDocument, 'instances' | 'evidence'>;
  readonly seed: number;
}

/** A gateway that accepts requests and governs its cluster until it is stopped, which gives every clock back. */
export interface RunningGateway {
  readonly url: string;
  readonly failed: Promise<Error>;
  snapshot(): Promise<Snapshot>;
  stop(): Promise<void>;
}

export interface GatewayLauncher {
  launch(spec: GatewaySpec, signal: AbortSignal): Promise<RunningGateway>;
}
