import type { ClusterFile, ClusterInstance } from '../../../domain/cluster.ts';
import type { EngineFile } from '../../../ports/launcher.ts';

/** Where an engine runs: the name by which others reach its machine, and the address on which it listens. */
export interface Place {
  readonly host: string;
  readonly listen: string;
}

/** One engine that is to be started. */
export interface Start {
  readonly cluster: ClusterFile;
  readonly instance: ClusterInstance;
  readonly ports: Readonly<Record<string, number>>;
  readonly place: Place;
}

/** How one kind of engine is started, before what its cluster file adds. */
export interface StartCommand {
  readonly program: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly EngineFile[];
  /** What a decode engine will have to be told of it. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A port that an engine binds. */
export interface AskedPort {
  readonly name: 'port' | 'bootstrapPort' | 'sidePort';
  /** Where it listens when nobody says otherwise. */
  readonly usual: number;
}
