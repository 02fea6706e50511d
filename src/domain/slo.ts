/** Latency promises of a deployment, as the client sees them. */
export interface Slo {
  /** Time to first token, gateway queue included. */
  readonly ttftMs: number;
  /** Mean gap between the tokens of one request (TPOT). */
  readonly itlMs: number;
}
