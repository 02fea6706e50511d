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
export const openConnection = ({ Client, endpoint, first, next, onDone }: ConnectionOptions): Connection => {
  let current: Sending | null = null;
  let upcoming: Sending | null = first;
  let keepAlive = false;

  const wire = (client: HttpClient): void => {
    const controller = controllerOf((reason) => lost(reason));
    /** The answer is whole. */
    const ended = (): void => {
      const whole = current;
      current = null;
      whole?.handler.onResponseEnd?.(controller, {});
      whole?.onOver();
    };
    const lost = (error: Error): void => {
      const cut = current;
      current = null;
      cut?.handler.onResponseError?.(controller, error);
      cut?.onOver();
      if (!client.destroyed) client.destroy();
    };
    const hungUp = (): void => {
      // Without a length, and not in chunks, an answer ends with its connection.
      if (current !== null && client.parser.state === 'BODY_RAW') ended();
      lost(new Error('the server closed the connection'));
    };
    /** Before autocannon's own listeners, which would connect again. */
    const watch = ({ conn: socket, parser }: HttpClient): void => {
      // Otherwise the end of a long prompt waits until the server has acknowledged its beginning.
      socket.setNoDelay(true);
      socket.prependListener('error', lost);
      socket.prependListener('end', hungUp);
      socket.on('data', () => {
        if (parser.hadError) lost(new Error('the answer is not HTTP'));
      });
      if (endpoint.protocol === 'https:' && !endpoint.insecure) holdUntilTrusted(socket as TLSSocket);
    };

    // It would keep each answer as one text until its end.
    client.pipelinedRequests.addBody = () => {};
    // Just before a request is written.
    client.on('request', () => {
      if (upcoming === null) return;
      current = upcoming;
      upcoming = null;
      if (current === first) watch(client);
      else client.setHeadersAndBody(current.headers, current.body);
      current.handler.onRequestStart?.(controller, {});
    });
    client.on('headers', ({ statusCode, headers, shouldKeepAlive }: AnswerHead) => {
      keepAlive = shouldKeepAlive;
      if (statusCode < 200) lost(new Error(`HTTP ${statusCode}, which autocannon takes for the whole answer`));
      current?.handler.onResponseStart?.(controller, statusCode, headersOf(headers), '');
    });
    client.on('body', (chunk: Buffer) => current?.handler.onResponseData?.(controller, chunk));
    // Just before it sends another.
    client.on('response', () => {
      ended();
      upcoming = keepAlive && !client.destroyed ? next() : null;
      if (upcoming === null) client.responseMax = 1;
    });
    client.on('done', onDone);
  };

  const { headers, body } = first;
  const { ca, protocol, hostname, host, port, path } = endpoint;
  const client = new Client({
    ...{ protocol, hostname, host, port, path, method: 'POST', headers, body },
    ...{ pipelining: 1, timeout: NEVER_S, tlsOptions: ca === undefined ? {} : { ca }, setupClient: wire },
  });
  return {
    close: () => {
      if (!client.destroyed) client.destroy();
    },
    closed: new Promise((resolve) => client.conn.once('close', () => resolve())),
  };
};
