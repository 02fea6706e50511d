import type { TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { AnswerHead, HttpClient, HttpClientOptions, HttpClientType } from './http-client.ts';

/** A request that is ready for the wire. */
export interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Told what comes back, as undici would tell it. */
  readonly handler: Dispatcher.DispatchHandler;
  /** Its answer is over, in whatever way. */
  onOver(): void;
}

/** Where all requests of a load go. */
export interface Endpoint extends Pick<HttpClientOptions, 'protocol' | 'hostname' | 'host' | 'port' | 'path'> {
  /** Certificates in PEM to trust in place of the system's. */
  readonly ca?: string;
  /** Takes any certificate. */
  readonly insecure: boolean;
}

export interface ConnectionOptions {
  readonly Client: HttpClientType;
  readonly endpoint: Endpoint;
  readonly first: Sending;
  /** Asked as soon as an answer has ended on a connection that may go on; null closes it. */
  next(): Sending | null;
  /** Nothing more comes of it and its place is free. Called once, its last request has been told. */
  onDone(): void;
}

export interface Connection {
  /** At once, whatever is on it; its request hears nothing more. */
  close(): void;
  /** Resolves when its socket has closed. */
  readonly closed: Promise<void>;
}

/** autocannon gives up a request so many s after it was sent; a timer that is longer than this fires at once. */
const NEVER_S = 2_147_483;

const headersOf = (raw: readonly string[]): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) headers[(raw[i] as string).toLowerCase()] = raw[i + 1] as string;
  return headers;
};

/** autocannon takes any certificate: the request, which may carry a key, is held back until it is known whose it is. */
const holdUntilTrusted = (socket: TLSSocket): void => {
  socket.cork();
  socket.once('secureConnect', () => {
    if (socket.authorized) socket.uncork();
    else socket.destroy(new Error(`the certificate is not trusted: ${String(socket.authorizationError)}`));
  });
};

/** What a handler may do: an abort ends the connection, as there is no other way to end an answer of HTTP/1.1. */
const controllerOf = (abort: (reason: Error) => void): Dispatcher.DispatchController => {
  let reason: Error | null = null;
  return {
    get aborted() {
      return reason !== null;
    },
    get reason() {
      return reason;
    },
    paused: false,
    pause: () => {},
    resume: () => {},
    abort: (why) => abort((reason = why)),
  };
};

/**
 * One keep-alive connection. Of itself autocannon opens a lost one again, says nothing of the request that was lost with it, and
 * reads the next answer as the rest of that one. Here a connection that was lost, or may not go on, is done; whoever opened it
 * opens another.
 */
class KeptConnection {
  readonly #options: ConnectionOptions;
  readonly #client: HttpClient;
  readonly #controller = controllerOf((reason) => this.#lost(reason));
  #current: Sending | null = null;
  #upcoming: Sending | null;
  #keepAlive = false;

  /** Called before the client connects. */
  constructor(options: ConnectionOptions, client: HttpClient) {
    this.#options = options;
    this.#client = client;
    this.#upcoming = options.first;
    // It would keep each answer as one text until its end.
    client.pipelinedRequests.addBody = () => {};
    client.on('request', () => this.#begin());
    client.on('headers', (head: AnswerHead) => this.#answers(head));
    client.on('body', (chunk: Buffer) => this.#current?.handler.onResponseData?.(this.#controller, chunk));
    client.on('response', () => this.#goOn());
    client.on('done', options.onDone);
  }

  /** Just before a request is written. */
  #begin(): void {
    const sending = this.#upcoming;
    if (sending === null) return;
    [this.#current, this.#upcoming] = [sending, null];
    if (sending === this.#options.first) this.#watch();
    else this.#client.setHeadersAndBody(sending.headers, sending.body);
    sending.handler.onRequestStart?.(this.#controller, {});
  }

  /** Before autocannon's own listeners, which would connect again. */
  #watch(): void {
    const { conn: socket, parser } = this.#client;
    const { protocol, insecure } = this.#options.endpoint;
    // Otherwise the end of a long prompt waits until the server has acknowledged its beginning.
    socket.setNoDelay(true);
    socket.prependListener('error', (error: Error) => this.#lost(error));
    socket.prependListener('end', () => this.#hungUp());
    socket.on('data', () => {
      if (parser.hadError) this.#lost(new Error('the answer is not HTTP'));
    });
    if (protocol === 'https:' && !insecure) holdUntilTrusted(socket as TLSSocket);
  }

  #answers({ statusCode, headers, shouldKeepAlive }: AnswerHead): void {
    this.#keepAlive = shouldKeepAlive;
    if (statusCode < 200) this.#lost(new Error(`HTTP ${statusCode}, which autocannon takes for the whole answer`));
    this.#current?.handler.onResponseStart?.(this.#controller, statusCode, headersOf(headers), '');
  }

  /** Just before another request is sent. */
  #goOn(): void {
    this.#whole();
    this.#upcoming = this.#keepAlive && !this.#client.destroyed ? this.#options.next() : null;
    if (this.#upcoming === null) this.#client.responseMax = 1;
  }

  #whole(): void {
    const answered = this.#current;
    this.#current = null;
    answered?.handler.onResponseEnd?.(this.#controller, {});
    answered?.onOver();
  }

  #hungUp(): void {
    // Without a length, and not in chunks, an answer ends with its connection.
    if (this.#client.parser.state === 'BODY_RAW') this.#whole();
    this.#lost(new Error('the server closed the connection'));
  }

  #lost(error: Error): void {
    const cut = this.#current;
    this.#current = null;
    cut?.handler.onResponseError?.(this.#controller, error);
    cut?.onOver();
    if (!this.#client.destroyed) this.#client.destroy();
  }
}

/** Connects, and sends the first request. */
export const openConnection = (options: ConnectionOptions): Connection => {
  const { headers, body } = options.first;
  const { ca, protocol, hostname, host, port, path } = options.endpoint;
  const client = new options.Client({
    ...{ protocol, hostname, host, port, path, method: 'POST', headers, body },
    ...{ pipelining: 1, timeout: NEVER_S, tlsOptions: ca === undefined ? {} : { ca } },
    setupClient: (created) => void new KeptConnection(options, created),
  });
  return {
    close: () => {
      if (!client.destroyed) client.destroy();
    },
    closed: new Promise((resolve) => client.conn.once('close', () => resolve())),
  };
};
