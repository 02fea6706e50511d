/** A process. `startedAt` tells it from a later one that got the same pid; compare for equality only. */
export interface ProcessId {
  readonly pid: number;
  readonly startedAt: string;
}

/** The processes of this machine. */
export interface Processes {
  /** The one that asks. */
  readonly self: ProcessId;
  isAlive(process: ProcessId): boolean;
}
