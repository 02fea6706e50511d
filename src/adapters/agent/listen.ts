import { createServer, type RequestListener, type Server } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { errorBodyOf } from '../../domain/agent-wire.ts';
import { VoltanaError } from '../../domain/errors.ts';

const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 1000;
/** Longer than clients keep an idle connection, so that the agent is never the one that closes it under a question. */
const KEEP_ALIVE_MS = 65_000;
const MOST_HEADER_BYTES = 16 * 1024;
const MOST_CONNECTIONS = 512;

/** Slow askers hold a socket for seconds, not for ever. */
export const SERVER_OPTIONS: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_INTERVAL_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: MOST_HEADER_BYTES,
};

const REFUSALS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
};
const MALFORMED = [400, 'this is no HTTP request'] as const;

/** What the parser refuses has no response object: the answer is written by hand. */
const refuse = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, message] = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const text = JSON.stringify({ error: errorBodyOf(new VoltanaError('BAD_VALUE', message)) });
  const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + text, () => socket.destroy());
};

/** A server with what every one of ours has. */
export const hardened = <Kind extends Server>(server: Kind): Kind => {
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', refuse);
  return server;
};

export const plainServer = (listener: RequestListener): Server => hardened(createServer(SERVER_OPTIONS, listener));

/** Stops accepting, lets what is being answered end for a moment, then destroys what is left. */
export const closeServer = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
