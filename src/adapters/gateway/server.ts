import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent } from 'undici';
import type { Dispatcher } from '../../ports/dispatcher.ts';
import type { EngineDialect } from '../../ports/engine.ts';
import type { Time } from '../../ports/time.ts';
import { createCompletions } from './completions.ts';
import { closeServer, listen, sendError, sendJson } from './http.ts';
import { createPromptEstimator } from './prompt-estimate.ts';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dialect: EngineDialect;
  readonly dispatcher: Dispatcher;
  readonly time: Time;
  /** First guess of body bytes per prompt token, until usage has taught better. */
  readonly bytesPerToken?: number;
  /** What `/v1/models` lists. */
  readonly models?: readonly string[];
}

export interface Gateway {
  readonly url: string;
  /** Stops accepting, aborts what is under way, destroys sockets. Idempotent. */
  close(): Promise<void>;
}

/** Longer than clients keep an idle connection, so that the gateway is never the one that closes it under a request. */
const KEEP_ALIVE_MS = 65_000;
const CONNECT_TIMEOUT_MS = 5000;
/** A request may queue for long, but an engine that says nothing for this long has lost it. */
const SILENCE_MS = 600_000;

type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => void | Promise<void>;
type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

const modelList = (models: readonly string[]) => ({
  object: 'list',
  data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'voltana' })),
});

const routesOf = ({ dispatcher, models = [] }: GatewayOptions, completions: Handler): Routes => ({
  '/v1/completions': { POST: completions },
  '/v1/chat/completions': { POST: completions },
  '/v1/models': { GET: (_request, response) => sendJson(response, 200, modelList(models)) },
  '/health': { GET: (_request, response) => sendJson(response, 200, { status: 'ok' }) },
  '/voltana/snapshot': { GET: (_request, response) => sendJson(response, 200, dispatcher.snapshot()) },
});

const answer = async (routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  // Writing to a client that has just gone is not an error of ours; its 'close' event tells the rest.
  response.on('error', () => undefined);
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined) return sendError(response, 404, `there is no ${path} here`);
  const handler = methods[request.method ?? ''];
  if (handler === undefined) return sendError(response, 405, `${path} does not take ${request.method}`);
  try {
    await handler(request, response, path);
  } catch (error) {
    // JSON.stringify is recursive: what the client nested too deeply is the client's mistake.
    if (error instanceof RangeError) sendError(response, 400, 'the body is nested too deeply');
    else sendError(response, 500, (error as Error).message);
  }
};

/**
 * The data plane: an OpenAI-compatible front of a P/D cluster.
 * @throws VoltanaError PORT_TAKEN, or BAD_VALUE for a host that is not this machine's
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const agent = new Agent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, connect: { timeout: CONNECT_TIMEOUT_MS } });
  const { dialect, dispatcher, time } = options;
  const estimator = createPromptEstimator(options.bytesPerToken);
  const completions = createCompletions({ agent, dialect, dispatcher, estimator, time });
  const routes = routesOf(options, completions.handle);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => void answer(routes, request, response));
  const url = await listen(server, options.host, options.port);
  return {
    url,
    async close() {
      completions.cancelAll();
      await closeServer(server);
      await agent.destroy();
    },
  };
};
