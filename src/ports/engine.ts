import type { LaunchedInstance } from '../domain/instance.ts';
import type { RawObject } from '../domain/raw-json.ts';

/** What one leg of a request sends to one instance. */
export interface Leg {
  readonly instance: LaunchedInstance;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Paths of the APIs that a gateway serves; engines answer on the same ones. */
export const API_PATHS = ['/v1/completions', '/v1/chat/completions', '/generate'] as const;
export type ApiPath = (typeof API_PATHS)[number];

/** A client's request as its legs are made from it. The gateway has added what it needs to count tokens. */
export interface ClientRequest {
  /** Drawn anew for every attempt: no engine ever sees one twice, from whichever gateway process. */
  readonly attemptId: string;
  readonly path: ApiPath;
  readonly body: RawObject;
  /** Of the client's headers those that engines get, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The prefill engine finished the request by itself: this JSON answer is the client's. */
export interface EarlyAnswer {
  readonly answer: string;
}

/**
 * How the legs of a request are sent. What the client sees comes from the decode leg. The prefill leg's answer is
 * always read to its end.
 */
export type LegPlan =
  /** An engine that does both phases. */
  | { readonly order: 'single'; readonly decode: Leg }
  /** Both at once, `first` a moment earlier. */
  | { readonly order: 'together'; readonly first: 'prefill' | 'decode'; readonly prefill: Leg; readonly decode: Leg }
  /** The decode leg is made from the whole JSON answer of the prefill leg. `next` throws VoltanaError ENGINE_FAILED for one that makes no sense. */
  | { readonly order: 'prefill-first'; readonly prefill: Leg; next(reply: string): Leg | EarlyAnswer };

/** One engine's P/D protocol as pure rewriting: no sockets here, so one relay serves every engine. */
export interface EngineDialect {
  readonly id: string;
  readonly paths: readonly ApiPath[];
  /**
   * Everything that the client asked for reaches the decode leg, and what it says of the protocol itself reaches
   * neither: the legs meet where no other request's do. Values are passed on as they are written, 64-bit integers too.
   * @throws VoltanaError BAD_VALUE for what this protocol cannot do, such as several choices: the client's mistake
   */
  plan(request: ClientRequest, prefill: LaunchedInstance, decode: LaunchedInstance): LegPlan;
}

/** What an engine says of itself; null is what it does not tell. */
export interface EngineGauges {
  /** Requests in the running batch, and in all queues before it. */
  readonly running: number | null;
  readonly waiting: number | null;
  /** Of the KV cache, 0..1. */
  readonly kvUsage: number | null;
  readonly kvTokens: number | null;
  /** Since its start. */
  readonly promptTokensTotal: number | null;
  readonly generatedTokensTotal: number | null;
}

/** Asks engines how they are. Nothing here is on a request's way. */
export interface EngineMonitor {
  /**
   * Resolves when the instance is ready, with what its dialect has to know of it in `endpoints.facts`.
   * @throws VoltanaError ENGINE_FAILED when it plays another role than its cluster file says, serves another model, or `timeoutMs` passed; the signal's reason
   */
  ready(instance: LaunchedInstance, options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<LaunchedInstance>;
  /** One question. False when it is shutting down, broken or gone; never rejects. */
  healthy(instance: LaunchedInstance): Promise<boolean>;
  /** @throws VoltanaError ENGINE_FAILED */
  gauges(instance: LaunchedInstance): Promise<EngineGauges>;
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
