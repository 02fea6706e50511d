import type { ClusterFile } from '../domain/cluster.ts';
import type { EnergyMap } from '../domain/energy-map.ts';
import type { FittedCards, FittedDocument } from '../domain/profile.ts';
import type { DocumentHeader, RunRecord } from '../domain/run-record.ts';
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
  /** Null: nobody has measured this cluster. Predictions then come from `cards`, and without those there are none. */
  readonly fitted: Pick<FittedDocument, 'instances' | 'evidence' | 'cards' | 'provenance'> | null;
  readonly cards?: FittedCards;
  /** Of the record that the gateway keeps of its run; none is kept when left out. */
  readonly header?: Omit<DocumentHeader<'run'>, 'schemaVersion' | 'kind'>;
  /** What people should know of from the start. */
  readonly warnings?: readonly string[];
  readonly seed: number;
}

/** Engines that come and go while a gateway runs. Those that go finish what they have. */
export interface FleetChange {
  readonly add: readonly LaunchedInstance[];
  /** Ids of instances. */
  readonly retire: readonly string[];
}

/** A gateway that accepts requests and governs its cluster until it is stopped, which gives every clock back. */
export interface RunningGateway {
  readonly url: string;
  /** Resolves with the reason when it ends and nobody stopped it; never after `stop`. */
  readonly failed: Promise<Error>;
  /** @throws VoltanaError when the gateway does not answer */
  snapshot(): Promise<Snapshot>;
  /** As the gateway's predictors had them at the last snapshot: the same array until they are computed anew; none before the first. */
  energyMaps(): readonly EnergyMap[];
  /** What cannot be done of it shows as a warning in the snapshot. */
  change(change: FleetChange): void;
  /**
   * Lets what is under way end, for as long as its cluster file allows. Resolves when the gateway is gone and every
   * clock given back, with what it has served; null where nothing came or its spec asked for no record. Idempotent.
   */
  stop(): Promise<RunRecord | null>;
}

export interface GatewayLauncher {
  /**
   * Resolves when the gateway takes requests.
   * @param signal ends a launch under way; what runs is ended by `stop` alone
   * @throws VoltanaError as the gateway itself says why it cannot be, or the signal's reason; nothing runs and no clock is held then
   */
  launch(spec: GatewaySpec, signal: AbortSignal): Promise<RunningGateway>;
}
