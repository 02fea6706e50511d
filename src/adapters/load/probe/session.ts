import type { Dispatcher } from 'undici';
import type { BenchApi } from '../../../domain/bench.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { RequestOutcome, WorkloadRequest } from '../../../domain/request.ts';
import { STREAM_APIS } from '../stream/api/index.ts';
import { Connections, type TlsOptions } from '../stream/connections.ts';
import { createExchange } from '../stream/exchange.ts';
import { headersFor } from '../stream/headers.ts';
import { Observation } from '../stream/observation.ts';
import { encodingOf } from '../stream/refusal.ts';
import { BodyStart, cleanerFor, type CleanText } from '../stream/server-text.ts';
import { targetOf } from '../stream/target.ts';
import { compressed, tooLong, tooSlow, unreachable, type Refused } from './problems.ts';

/** A server may send whatever it likes: no more of it is read. */
const MOST_BYTES = 4 * 2 ** 20;
const MOST_KEPT = 2000;
/** Where nobody counted a prompt's tokens. */
const UNTOLD = -1;

export interface SessionOptions {
  readonly url: string;
  readonly apiKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  /** For an answer that needs no model. */
  readonly timeoutMs: number;
  /** For a short streamed one, which may be the first of a cold engine. */
  readonly streamTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Answered extends Refused {
  readonly path: string;
  /** As it came. */
  readonly body: string;
}

export interface Streamed {
  readonly answered: Answered;
  readonly outcome: RequestOutcome;
  /** Null where the server did not tell. */
  readonly promptTokens: number | null;
}

/** The questions to one endpoint, over connections of its own. Every question may reject with the signal's reason. */
export class Session {
  readonly url: string;
  /** For whatever the server had a say in. */
  readonly clean: CleanText;
  readonly #options: SessionOptions;
  readonly #connections: Connections;
  readonly #headers: (requestId: string) => string[];

  /** @throws VoltanaError BAD_VALUE for a URL or headers that are none */
  constructor(options: SessionOptions) {
    const { url, apiKey, headers, tls } = options;
    this.#options = options;
    this.#headers = headersFor(apiKey, headers);
    this.clean = cleanerFor(apiKey, headers);
    const { origin } = targetOf(url, '');
    this.url = url.replace(/\/+$/, '').replace(/\/v1$/, '');
    this.#connections = new Connections(origin, tls);
  }

  get hasKey(): boolean {
    return this.#options.apiKey !== null;
  }

  /** @throws VoltanaError ENGINE_FAILED where nobody answers */
  async get(apiPath: string): Promise<Answered> {
    const { url, timeoutMs } = this.#options;
    return this.#limited(`GET ${apiPath}`, timeoutMs, async (signal) => {
      const client = this.#connections.take();
      const { path } = targetOf(url, apiPath);
      const { statusCode, headers, body } = await client.request({ path, method: 'GET', headers: this.#headers('voltana-probe'), signal });
      const bytes = await bytesOf(body);
      if (bytes === null) throw tooLong(this.url, apiPath, MOST_BYTES);
      const encoding = encodingOf(headers);
      if (encoding !== null && statusCode === 200) throw compressed(this.url, apiPath, this.clean(encoding));
      const text = encoding === null ? bytes.toString('utf8') : '';
      const contentType = this.clean(String(headers['content-type'] ?? ''));
      return { path: apiPath, status: statusCode, contentType, text: this.clean(text), body: text };
    });
  }

  /** One streamed request. @throws VoltanaError ENGINE_FAILED where nobody answers, or not in time */
  async stream(api: BenchApi, request: WorkloadRequest, model: string): Promise<Streamed> {
    const { path: apiPath } = STREAM_APIS[api];
    return this.#limited(`a short request at ${apiPath}`, this.#options.streamTimeoutMs, (signal) =>
      this.#exchange(api, request, model, signal),
    );
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #exchange(apiId: BenchApi, request: WorkloadRequest, model: string, signal: AbortSignal): Promise<Streamed> {
    const api = STREAM_APIS[apiId];
    const { path } = targetOf(this.#options.url, api.path);
    const body = api.body(request, { model, tokensPerWord: 1, continuousUsage: false });
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        reject(signal.reason as Error);
        exchange.abandon('cancelled', 'stopped');
      };
      const answered = { status: 0, contentType: '', start: new BodyStart(MOST_KEPT) };
      const exchange = createExchange({
        read: api.reader(),
        clean: this.clean,
        observation: new Observation({ ...request, promptTokens: UNTOLD }, 0),
        dispatchedMs: 0,
        // Nobody times a probe.
        nowMs: () => 0,
        onOutcome: (outcome) => {
          signal.removeEventListener('abort', stop);
          resolve({
            answered: this.#shown(api.path, answered),
            outcome,
            promptTokens: outcome.promptTokens === UNTOLD ? null : outcome.promptTokens,
          });
        },
        onConnectionFree: () => {},
      });
      signal.addEventListener('abort', stop, { once: true });
      const handler = watched(exchange.handler, answered, reject, () => exchange.abandon('failed', `more than ${MOST_BYTES} bytes`));
      this.#connections.take().dispatch({ path, method: 'POST', headers: this.#headers(request.id), body }, handler);
    });
  }

  #shown(path: string, { status, contentType, start }: Begun): Answered {
    const body = start.text();
    return { path, status, contentType: this.clean(contentType), text: this.clean(body), body };
  }

  async #limited<T>(what: string, limitMs: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    const limit = AbortSignal.timeout(limitMs);
    try {
      signal.throwIfAborted();
      return await ask(AbortSignal.any([signal, limit]));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof VoltanaError) throw error;
      if (limit.aborted) throw tooSlow(this.url, what, limitMs);
      throw unreachable(this.url, error);
    }
  }
}

/** Null for more than we read. */
const bytesOf = async (body: Dispatcher.ResponseData['body']): Promise<Buffer | null> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

/** What came back of a stream so far. */
interface Begun {
  status: number;
  contentType: string;
  readonly start: BodyStart;
}

/** Notes what came back beside what the stream said. A connection that is lost before any answer is no outcome, but a server that is gone. */
const watched = (
  handler: Dispatcher.DispatchHandler,
  answered: Begun,
  onUnreachable: (error: Error) => void,
  onTooMuch: () => void,
): Dispatcher.DispatchHandler => {
  let bytes = 0;
  return {
    ...handler,
    onResponseStart: (controller, status, headers, message) => {
      answered.status = status;
      answered.contentType = String(headers['content-type'] ?? '');
      handler.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (controller, chunk) => {
      bytes += chunk.length;
      answered.start.push(chunk);
      if (bytes > MOST_BYTES) onTooMuch();
      else handler.onResponseData?.(controller, chunk);
    },
    onResponseError: (controller, error) => {
      if (answered.status === 0) onUnreachable(error);
      handler.onResponseError?.(controller, error);
    },
  };
};
