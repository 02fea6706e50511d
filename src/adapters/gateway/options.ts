import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { Dispatcher } from '../../ports/dispatcher.ts';
import type { EngineDialect } from '../../ports/engine.ts';
import type { TelemetryListener } from '../../ports/telemetry-listener.ts';
import type { Time } from '../../ports/time.ts';
import type { GatewayLimits } from './limits.ts';
import type { TlsFiles } from './listen.ts';
import type { EstimateQuality, PromptEstimator } from './prompt-estimate.ts';

/** Answers a GET, or an order that was POSTed. What it throws becomes an error answer. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dialect: EngineDialect;
  readonly dispatcher: Dispatcher;
  readonly time: Time;
  /** What is not said holds as in `LIMITS`. */
  readonly limits?: Partial<GatewayLimits>;
  /** First guess of prompt bytes per token, until usage has taught better. */
  readonly bytesPerToken?: number;
  /** Guesses prompt tokens; one of its own when left out. */
  readonly estimator?: PromptEstimator;
  /** What is served: `/v1/models` lists it, and requests for others are refused. Left out or empty, every name goes. */
  readonly models?: readonly string[];
  /** One key per line, `name:key` or `key`. Left out, everybody may ask, and engines check keys themselves. */
  readonly apiKeysFile?: string;
  readonly tls?: TlsFiles;
  readonly listener?: TelemetryListener;
  /** Further paths to GET, such as `/metrics`; they need a key where there are keys. */
  readonly extra?: Readonly<Record<string, Handler>>;
  /** Further paths to POST orders to, which not everybody may: see `checkOrder`. One may be in `extra`, too. */
  readonly orders?: Readonly<Record<string, Handler>>;
  /**
   * Trusts `x-prefiller-host-port` of a router in front: the instance that listens there, null for none of ours. Left
   * out, the header means nothing.
   */
  readonly prefillerAt?: (hostPort: string) => LaunchedInstance | null;
}

export interface Gateway {
  readonly url: string;
  /** Requests under way. */
  readonly inFlight: number;
  /** How well prompt tokens are guessed, by model. */
  estimates(): EstimateQuality[];
  /**
   * Refuses new requests and says so in `/health`, waits until what is under way has ended or `graceMs` (0 when left
   * out) is over, tells the rest and closes. Idempotent; a further call with less grace shortens the wait.
   */
  close(graceMs?: number): Promise<void>;
}
