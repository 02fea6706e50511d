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
  readonly fitted: Pick<FittedDocument, 'instances' | 'evidence' | 'cards' | 'provenance'>;
  readonly seed: number;
}

/** A gateway that accepts requests and governs its cluster until it is stopped, which gives every clock back. */
export interface RunningGateway {
  readonly url: string;
  /** Resolves with the reason when it ends and nobody stopped it; never after `stop`. */
  readonly failed: Promise<Error>;
  /** @throws VoltanaError when the gateway does not answer */
  snapshot(): Promise<Snapshot>;
  /** Resolves when the gateway is gone and every clock given back. Idempotent. */
  stop(): Promise<void>;
}

export interface GatewayLauncher {
  /**
   * Resolves when the gateway takes requests.
   * @param signal ends a launch under way; what runs is ended by `stop` alone
   * @throws VoltanaError as the gateway itself says why it cannot be, or the signal's reason; nothing runs and no clock is held then
   */
  launch(spec: GatewaySpec, signal: AbortSignal): Promise<RunningGateway>;
}
