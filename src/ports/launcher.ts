import type { LaunchedInstance } from '../domain/instance.ts';

/** A started cluster: every endpoint answers. */
export interface LaunchedCluster {
  /** In the order asked for. */
  readonly instances: readonly LaunchedInstance[];
  /** Resolves with the reason, which names the instance, when a process ends that nobody stopped; never after `stop`. */
  readonly failed: Promise<Error>;
  /** Resolves when every process is gone. Idempotent. */
  stop(): Promise<void>;
}

export interface Launcher {
  /**
   * Starts every instance and resolves when all are ready.
   * @param signal ends a launch under way; what runs is ended by `stop` alone
   * @throws VoltanaError that names the instance and what it last said, or the signal's reason; nothing runs then
   */
  launch(signal: AbortSignal): Promise<LaunchedCluster>;
}
