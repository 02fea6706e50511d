import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, apiErrorOf } from '../api-error.ts';
import { sendApiError } from '../http.ts';
import { closeServer } from '../listen.ts';
import type { Handler } from '../options.ts';

/** Where workers ask the control process, and the word that proves that they are its workers. */
export interface ControlAddress {
  readonly port: number;
  readonly key: string;
}

const LOOPBACK = '127.0.0.1';
const KEY_HEADER = 'x-voltana-worker';
const KEY_BYTES = 32;
/** Those of a connection, and those that our own server writes. */
const NOT_PASSED = ['connection', 'keep-alive', 'transfer-encoding', 'date', KEY_HEADER];

const isKey = (said: string | string[] | undefined, key: string): boolean =>
  typeof said === 'string' && said.length === key.length && timingSafeEqual(Buffer.from(said), Buffer.from(key));

interface Answers {
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly key: string;
  before(): Promise<void>;
}

const answer = async ({ handlers, before, key }: Answers, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  response.on('error', () => undefined);
  try {
    if (!isKey(request.headers[KEY_HEADER], key)) throw new ApiError(403, 'only workers of this gateway may ask here');
    const path = request.url ?? '/';
    if (!Object.hasOwn(handlers, path)) throw new ApiError(404, 'there is no such path here');
    await before();
    await handlers[path]!(request, response);
  } catch (error) {
    sendApiError(response, apiErrorOf(error));
  }
};

/**
 * Answers GETs and orders for all workers on a loopback port of its own, to whoever knows the key.
 * @param before waited for, so that an answer knows of all that its asker has seen, whichever worker showed it
 */
export const serveControl = async (
  handlers: Readonly<Record<string, Handler>>,
  before: () => Promise<void>,
): Promise<{ readonly address: ControlAddress; close(): Promise<void> }> => {
  const key = randomBytes(KEY_BYTES).toString('hex');
  const server = createServer((request, response) => void answer({ handlers, before, key }, request, response));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, LOOPBACK, resolve));
  return { address: { port: (server.address() as AddressInfo).port, key }, close: () => closeServer(server) };
};

const passed = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED.includes(name)));

/** Passes a worker's GET or order on to the control process, and its answer back, however long that streams. */
const relay = (
  { port, key }: ControlAddress,
  path: string,
  agent: Agent,
  asked: IncomingMessage,
  response: ServerResponse,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const { host: _host, ...headers } = passed(asked.headers);
    const { method } = asked;
    const question = httpRequest({ agent, port, host: LOOPBACK, method, path, headers: { ...headers, [KEY_HEADER]: key } }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, passed(reply.headers));
      reply.pipe(response);
      // The control process is gone, and so will this one be.
      reply.once('error', () => response.destroy());
      reply.once('close', resolve);
    });
    question.once('error', (cause) => reject(new ApiError(503, 'the control process does not answer', { code: 'no_control', cause })));
    response.once('close', () => question.destroy());
    // What a GET brings is nobody's.
    if (method === 'POST') asked.pipe(question);
    else question.end();
  });

/** Handlers of a worker: each answers as the control process does. */
export const askControl = (address: ControlAddress, paths: readonly string[]): Readonly<Record<string, Handler>> => {
  const agent = new Agent({ keepAlive: true });
  return Object.fromEntries(
    paths.map((path) => [path, (request: IncomingMessage, response: ServerResponse) => relay(address, path, agent, request, response)]),
  );
};
