import type { LaunchedInstance } from '../domain/instance.ts';

/** A started cluster. `stop` is idempotent and resolves when every process is gone. */
export interface LaunchedCluster {
  readonly instances: readonly LaunchedInstance[];
  /** Resolves with the reason when a process ends that nobody stopped. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

export interface Launcher {
  /** Starts every instance and resolves when all are ready; stops what it had started when one fails. */
  launch(signal: AbortSignal): Promise<LaunchedCluster>;
}
