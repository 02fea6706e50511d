/** Runs tasks elsewhere, several at a time. A task is a pure function of its input: who runs it, and when, changes no result. */
export interface WorkerPool<Task, Result> {
  /** How many tasks run at a time. */
  readonly size: number;
  /** @throws what the task threw; what the signal was aborted with; VoltanaError BUG for a worker that died */
  run(task: Task, signal?: AbortSignal): Promise<Result>;
  /** Ends what is under way. Idempotent. */
  close(): Promise<void>;
}
