import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What autocannon's client tells of an answer's head. */
export interface AnswerHead {
  readonly statusCode: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

/** One connection of autocannon, which sends one request after another. It has no types of its own; what is used of it is here. */
export interface HttpClient extends EventEmitter {
  readonly conn: Socket | TLSSocket;
  readonly parser: { readonly hadError: boolean; readonly state: string };
  readonly pipelinedRequests: { addBody(data: Buffer): void };
  readonly destroyed: boolean;
  /** After so many requests it destroys itself instead of sending another. */
  responseMax: number | undefined;
  setHeadersAndBody(headers: Readonly<Record<string, string>>, body: string): void;
  /** Emits `done`. */
  destroy(): void;
}

export interface HttpClientOptions {
  readonly protocol: string;
  readonly hostname: string;
  /** With the port, as the Host header says it. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly pipelining: 1;
  /** s since the request was sent. */
  readonly timeout: number;
  readonly tlsOptions: { readonly ca?: string };
  /** Called before it connects. */
  setupClient(client: HttpClient): void;
}

export type HttpClientType = new (options: HttpClientOptions) => HttpClient;

/**
 * The connections of autocannon without its conductor, which counts and times whole answers, cannot open a connection anew, and
 * ends with the next tick of its own. Hence one exact version of the package, and a suite that fails when it changes.
 */
export const loadHttpClient = async (): Promise<HttpClientType> => {
  // @ts-expect-error: autocannon has no types for its client
  const loaded = (await import('autocannon/lib/httpClient.js')) as { readonly default: HttpClientType };
  return loaded.default;
};
