/** A request that the gateway has understood and admitted. */
export interface ArrivedRequest {
  readonly id: string;
  /** The name its client asked for, or the deployment's where it named none. */
  readonly model: string;
  /** The name of its API key, `default` where there are none. */
  readonly tenant: string;
  readonly arrivalMs: number;
  /** As known before routing, and whether that is a guess from bytes. */
  readonly promptTokens: number;
  readonly estimated: boolean;
}

/** What its engine counted, where it told. */
export interface RequestUsage {
  readonly promptTokens: number;
  /** Of those, found in a prefix cache. */
  readonly cachedTokens?: number;
  /** Counts instead of the chunks' sum, which misses what an engine sends without text. */
  readonly outputTokens?: number;
}

/**
 * Told of one request; times are of the gateway's `Time`, in ms. Everything after `ended` is ignored. `tokens` is
 * called for every chunk of every stream: implementations look nothing up and allocate nothing there.
 */
export interface RequestTelemetry {
  /** Sent to these instances; once more for every retry. */
  routed(prefillId: string, decodeId: string, atMs: number): void;
  /** Its prefill leg answered. Left out, the first token says so. */
  prefillDone(atMs: number): void;
  /** A chunk with `count` > 0 tokens passed; the first one is the first token. */
  tokens(count: number, atMs: number): void;
  ended(how: 'completed' | 'failed' | 'cancelled', atMs: number, usage?: RequestUsage): void;
}

/** Hears of every request at a gateway. No call throws or takes time. */
export interface TelemetryListener {
  /** The gateway keeps what is returned beside the request, so that chunks need no look-up. */
  arrived(request: ArrivedRequest): RequestTelemetry;
  /** Refused before it was admitted: no key, no such model, too many, malformed. */
  rejected(status: number): void;
}
