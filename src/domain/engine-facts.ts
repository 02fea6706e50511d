/** What a load on an engine must stay within. Null is what nobody knows. */
export interface EngineLimits {
  /** Tokens that its KV holds, of all requests together. */
  readonly kvTokens: number | null;
  /** Requests that run together. */
  readonly maxRunning: number | null;
  /** Prompt and output of one request together. */
  readonly contextTokens: number | null;
  /** Prompt tokens of one iteration. */
  readonly chunkTokens: number | null;
}

/** What an engine tells of itself beyond its load. */
export interface EngineFacts extends EngineLimits {
  readonly version: string | null;
}
