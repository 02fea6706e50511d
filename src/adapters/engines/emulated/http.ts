import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VoltanaError } from '../../../domain/errors.ts';
import { RawObject } from '../../../domain/raw-json.ts';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** Longer than any client keeps an idle connection, so that the server is never the one that closes it under a request. */
const KEEP_ALIVE_MS = 65_000;

/** A refusal that the client is told about, in its engine's own shape. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
/** Chooses a handler by method and path (query cut off); null is a 404. */
export type Router = (method: string, path: string) => Handler | null;

/** How an engine words an error. */
export type ErrorBody = (status: number, message: string) => unknown;

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Open sockets, idle ones included. */
  connections(): Promise<number>;
  /** Further ones are dropped; null takes any number. */
  limitConnections(limit: number | null): void;
  /** Frees the port and drops every connection, or listens on it again. */
  refuse(refused: boolean): Promise<void>;
  /** Destroys open sockets and resolves when the port is free. */
  close(): Promise<void>;
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

const plainError: ErrorBody = (status, message) => ({ error: { message, code: status } });

export const sendError = (response: ServerResponse, status: number, message: string, errorBody = plainError): void =>
  sendJson(response, status, errorBody(status, message));

/** @throws HttpError 400 for a body that is too large */
const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    // The rest is still read and dropped: a client that is cut off while sending would never see the answer.
    if (sizeBytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  if (sizeBytes > BODY_LIMIT_BYTES) throw new HttpError(400, `the body has more than ${BODY_LIMIT_BYTES} bytes`);
  return Buffer.concat(chunks).toString('utf8');
};

/** Reads a JSON body. @throws HttpError 400 for one that is too large or not JSON */
export const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const text = await readText(request);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpError(400, 'the body is not valid JSON');
  }
};

/** The same for an object whose numbers may be beyond what a double holds. @throws HttpError 400 */
export const readObject = async (request: IncomingMessage): Promise<RawObject> => {
  const text = await readText(request);
  try {
    return RawObject.parse(text);
  } catch (error) {
    throw new HttpError(400, `the body must be a JSON object: ${(error as Error).message}`);
  }
};

const serve = async (router: Router, errorBody: ErrorBody, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  // Writing to a client that has just gone is not an error of ours; its 'close' event tells the rest.
  response.on('error', () => undefined);
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const handler = router(request.method ?? 'GET', path);
  if (handler === null) return sendError(response, 404, `there is no ${request.method} ${path}`, errorBody);
  try {
    await handler(request, response);
  } catch (error) {
    sendError(response, error instanceof HttpError ? error.status : 500, (error as Error).message, errorBody);
  }
};

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new VoltanaError('PORT_TAKEN', `port ${port} on ${host} is already in use`) : error);
    });
    server.listen(port, host, resolve);
  });

const closing = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Listens on `port` (0: a free one). @throws VoltanaError PORT_TAKEN */
export const listen = async (router: Router, host: string, port: number, errorBody = plainError): Promise<Listener> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => void serve(router, errorBody, request, response));
  await listening(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    port: address.port,
    connections: () => new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    limitConnections: (limit) => {
      server.maxConnections = limit ?? Infinity;
    },
    refuse: async (refused) => {
      if (refused === !server.listening) return;
      await (refused ? closing(server) : listening(server, host, address.port));
    },
    close: () => closing(server),
  };
};
