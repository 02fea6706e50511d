/** The only source of time: real in live and emulated runs, virtual in simulated ones. */
export interface Time {
  /** Milliseconds since an arbitrary epoch, with fractions; never falls. */
  nowMs(): number;
  /**
   * Resolves after `durationMs`, never earlier by this clock. When the signal aborts first, or has already, it rejects
   * with the signal's reason and leaves no timer.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls back once at `atMs`, or as soon as possible after it; never earlier, and never before `at` has returned. Of
   * callbacks that one turn asked for, the one due first comes first; two that are overdue may come in any order.
   * The returned function cancels, and does nothing afterwards.
   */
  at(atMs: number, callback: () => void): () => void;
}
