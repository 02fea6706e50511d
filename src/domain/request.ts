/** One request of a schedule. `arrivalMs` is the intended time since the start of the run. */
export interface WorkloadRequest {
  readonly id: string;
  readonly arrivalMs: number;
  readonly promptTokens: number;
  /** The exact output length: the load asks for it with `ignore_eos`, so that two runs do the same work. */
  readonly maxTokens: number;
  /** See `PolicyRequest.prefix`. */
  readonly prefix?: readonly string[];
}

/** Tokens of one block of `prefix`. */
export const PREFIX_BLOCK_TOKENS = 512;

/** What a policy may know of a request: never its output length, which nobody knows in production. */
export interface PolicyRequest {
  readonly id: string;
  /** When the gateway received it, on the gateway's clock. */
  readonly arrivalMs: number;
  /** Estimated from the body's bytes until usage arrives. */
  readonly promptTokens: number;
  /** Hashes of the prompt's leading blocks, each over everything up to its end: equal hashes are equal beginnings. Left out where nobody computed them. */
  readonly prefix?: readonly string[];
}

/** One request as its client saw it. Times are ms since the start of the run, on the client's clock. */
export interface RequestOutcome {
  readonly id: string;
  readonly status: 'completed' | 'failed' | 'rejected' | 'cancelled' | 'unfinished';
  readonly intendedMs: number;
  /** When it was really sent; its distance to `intendedMs` is the client's lateness. */
  readonly sentMs: number;
  readonly firstTokenMs: number | null;
  readonly endMs: number | null;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Gaps between consecutive chunks in ms, first token excluded. */
  readonly gapsMs: readonly number[];
  /** Output tokens of each chunk, the first included, where the server told them chunk by chunk. */
  readonly chunkTokens?: readonly number[];
  /** Whether the server's usage told `outputTokens`; otherwise chunks were counted. */
  readonly usage?: boolean;
  readonly error: string | null;
}
