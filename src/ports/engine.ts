import type { LaunchedInstance } from '../domain/instance.ts';

/** What one leg of a request sends to one instance. */
export interface Leg {
  readonly instance: LaunchedInstance;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The two legs of a disaggregated request, both posted at once. The client sees only the decode leg. */
export interface LegPair {
  readonly prefill: Leg;
  readonly decode: Leg;
}

/** One engine's P/D protocol as pure rewriting: no sockets here, so one relay serves every engine. */
export interface EngineDialect {
  readonly id: string;
  /**
   * Everything that the client asked for reaches both legs, and what it says of the protocol itself reaches neither:
   * the legs meet where no other request's do.
   * @param body the client's JSON object, already parsed; left untouched
   */
  legs(body: Readonly<Record<string, unknown>>, path: string, prefill: LaunchedInstance, decode: LaunchedInstance): LegPair;
  /** Tokens carried by one streamed `data:` payload, 0 for one without text or sense; null for the end of the stream alone. Never throws. */
  tokensInChunk(payload: string): number | null;
}

/**
 * Runs an instance directly, past the gateway: what a profile needs. Both reject with VoltanaError ENGINE_FAILED when
 * the instance refuses or is gone, and with the signal's reason when it aborts; nothing is left running then.
 */
export interface EngineProbe {
  /**
   * One prompt on a prefill instance alone: one iteration where nothing else runs. Prompts sent while the instance is busy share its next
   * iteration. Resolves at its end with the wall time.
   */
  prefill(instance: LaunchedInstance, promptTokens: number, signal: AbortSignal): Promise<{ readonly latencyMs: number }>;
  /**
   * Keeps `batch` requests of `contextTokens` decoding on one instance until stopped, or until the signal aborts. Their
   * outputs end one by one, never together, and each is replaced at once: the batch stays whole, and KV grows by one
   * token an iteration each. Resolves when every request was admitted; a batch that does not fit waits, so bound it by the signal.
   */
  decode(instance: LaunchedInstance, batch: number, contextTokens: number, signal: AbortSignal): Promise<DecodeProbe>;
}

export interface DecodeProbe {
  /** Tokens streamed by all requests together since the start. Stands still once stopped. */
  tokens(): number;
  /** Resolves at the next token, or when no more can come. */
  nextToken(): Promise<void>;
  /** Tokens of each of the batch's places since the start, all requests that held it together. A place that falls behind stalls. */
  progress(): readonly number[];
  /** KV tokens of a running request, mean: its prompt and its tokens so far. */
  contextTokens(): number;
  /** True while every request has its first token and goes on. */
  steady(): boolean;
  /** What ended the batch without being asked to: a VoltanaError ENGINE_FAILED. Null while it runs, and after `stop`. */
  failure(): Error | null;
  /** Resolves when every request has ended. Idempotent. */
  stop(): Promise<void>;
}
