import type { EngineRole, InstanceEndpoints, LaunchedInstance } from '../domain/instance.ts';

/** A started cluster: every endpoint answers. */
export interface LaunchedCluster {
  /** In the order asked for. */
  readonly instances: readonly LaunchedInstance[];
  /** Resolves with the reason, which names the instance, when a process ends that nobody stopped; never after `stop`. */
  readonly failed: Promise<Error>;
  /** Resolves when every process is gone. Idempotent. */
  stop(): Promise<void>;
}

/** One line of a plan: what would run, where, and what for. `text` is a shell command or a manifest. */
export interface LaunchStep {
  readonly where: string;
  readonly what: string;
  readonly text: string;
}

export interface Launcher {
  /**
   * Starts every instance and resolves when all are ready.
   * @param signal ends a launch under way; what runs is ended by `stop` alone
   * @throws VoltanaError that names the instance and what it last said, or the signal's reason; nothing runs then
   */
  launch(signal: AbortSignal): Promise<LaunchedCluster>;
  /** All that `launch` would do, in order; starts nothing and asks nobody. */
  plan(): readonly LaunchStep[];
}

/** A file that an engine reads at its start, beside its command. */
export interface EngineFile {
  /** Relative to the engine's working folder. */
  readonly path: string;
  readonly text: string;
}

/** An engine as a process: plain data, so that any launcher can start it anywhere. */
export interface EngineProcess {
  readonly id: string;
  readonly role: EngineRole;
  /** Of its node, as the cluster file spells them: UUIDs or indices. */
  readonly gpus: readonly string[];
  /** Left out: this machine. */
  readonly node?: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly EngineFile[];
  /** Every port that it binds, by what it is for. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where it will answer. */
  readonly endpoints: InstanceEndpoints;
}

/** Waits until a started engine serves; as `EngineMonitor.ready` of its kind. */
export type WhenReady = (instance: LaunchedInstance, signal: AbortSignal) => Promise<LaunchedInstance>;
