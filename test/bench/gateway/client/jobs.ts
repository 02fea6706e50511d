/** So many streams at once, each of so many events, `everyMs` apart or, without it, as fast as they come. */
export interface StreamsJob {
  readonly kind: 'streams';
  readonly port: number;
  readonly streams: number;
  readonly events: number;
  readonly everyMs?: number;
  /** They open spread over this time. */
  readonly openOverMs: number;
}

export interface StreamsResult {
  readonly events: number;
  /** Reads from sockets: below `events`, some came together. */
  readonly reads: number;
  readonly failed: number;
  readonly wallS: number;
  /** From the engine's write to the client's read, of events that all streams were open for. */
  readonly p50Us: number;
  readonly p99Us: number;
}

/** A closed loop of whole JSON answers, or of streams of one event. */
export interface RequestsJob {
  readonly kind: 'requests';
  readonly port: number;
  readonly concurrency: number;
  readonly stream: boolean;
  /** Until so many have ended, or so long has passed. */
  readonly count?: number;
  readonly durationMs?: number;
}

export interface RequestsResult {
  readonly requests: number;
  readonly failed: number;
  readonly wallS: number;
}

/** Opens streams that are silent after their first event; `release` closes all. */
export interface HoldJob {
  readonly kind: 'hold';
  readonly port: number;
  readonly streams: number;
}

export type Job = StreamsJob | RequestsJob | HoldJob | { readonly kind: 'release' };
