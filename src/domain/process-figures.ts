/** How a gateway process itself does. */
export interface ProcessFigures {
  /** By how much timers came late lately, in seconds: an event loop that is blocked delays every stream. */
  readonly eventLoopDelayS: { readonly p50: number; readonly p99: number; readonly max: number };
  /** User and system together, since its start. */
  readonly cpuS: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly uptimeS: number;
}
