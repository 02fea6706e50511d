/** The only source of time: real in live and emulated runs, virtual in simulated ones. */
export interface Time {
  /** Monotonic milliseconds since an arbitrary epoch. */
  nowMs(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when it aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once at `atMs` (or as soon as possible after it). The returned function cancels. */
  at(atMs: number, callback: () => void): () => void;
}
