import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Agent } from 'undici';
import type { Dispatcher, Route } from '../../ports/dispatcher.ts';
import type { EngineDialect, Leg, LegPair } from '../../ports/engine.ts';
import type { Time } from '../../ports/time.ts';
import { ClientReply } from './client-reply.ts';
import { Exchange } from './exchange.ts';
import { readBody, sendError } from './http.ts';
import type { PromptEstimator } from './prompt-estimate.ts';

export interface CompletionsOptions {
  readonly agent: Agent;
  readonly dialect: EngineDialect;
  readonly dispatcher: Dispatcher;
  readonly estimator: PromptEstimator;
  readonly time: Time;
}

const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
type Body = Readonly<Record<string, unknown>>;

const objectIn = (bytes: Buffer): Body | null => {
  try {
    const body = JSON.parse(bytes.toString('utf8')) as unknown;
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : null;
  } catch {
    return null;
  }
};

/** Engines behind an API key check it themselves. */
const withAuthorization = ({ prefill, decode }: LegPair, authorization: string | undefined): LegPair => {
  const signed = (leg: Leg): Leg => (authorization === undefined ? leg : { ...leg, headers: { ...leg.headers, authorization } });
  return { prefill: signed(prefill), decode: signed(decode) };
};

interface Asked {
  readonly body: Body;
  readonly bodyBytes: number;
  readonly arrivalMs: number;
  readonly path: string;
}

export interface Completions {
  /** POST of a completion on `path`: routed, sent to both engines, relayed. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** Ends whatever is under way as if its client had left. */
  cancelAll(): void;
}

export const createCompletions = ({ agent, dialect, dispatcher, estimator, time }: CompletionsOptions): Completions => {
  const open = new Set<Exchange>();
  let count = 0;
  /** What cannot be written to the engines has been counted as dispatched already. */
  const legsOf = (id: string, write: () => LegPair): LegPair => {
    try {
      return write();
    } catch (error) {
      dispatcher.ended(id, 'failed');
      throw error;
    }
  };
  /** Null once its client has left, or the gateway ends. */
  const routeOf = async (id: string, { arrivalMs, bodyBytes }: Asked, response: ServerResponse): Promise<Route | null> => {
    const gone = (): void => dispatcher.ended(id, 'cancelled');
    response.once('close', gone);
    try {
      return await dispatcher.route({ id, arrivalMs, promptTokens: estimator.estimate(bodyBytes) });
    } finally {
      response.off('close', gone);
    }
  };
  const relay = async (asked: Asked, authorization: string | undefined, response: ServerResponse): Promise<void> => {
    count += 1;
    const id = `request-${count}`;
    const route = await routeOf(id, asked, response);
    if (route === null) return response.destroyed ? undefined : sendError(response, 503, 'the gateway is shutting down');
    const { body, bodyBytes, path } = asked;
    const { prefill, decode } = route;
    const legs = withAuthorization(
      legsOf(id, () => dialect.legs(body, path, prefill, decode)),
      authorization,
    );
    const exchange = new Exchange({ id, legs, bodyBytes, client: new ClientReply(response), agent, dialect, dispatcher, estimator });
    open.add(exchange);
    response.once('close', () => {
      open.delete(exchange);
      exchange.clientClosed();
    });
    exchange.start();
  };
  return {
    async handle(request, response, path) {
      const arrivalMs = time.nowMs();
      const bytes = await readBody(request, BODY_LIMIT_BYTES);
      if (bytes === null) return sendError(response, 413, `the body has more than ${BODY_LIMIT_BYTES} bytes`);
      const body = objectIn(bytes);
      if (body === null) return sendError(response, 400, 'the body must be a JSON object');
      if (!response.destroyed) await relay({ body, bodyBytes: bytes.length, arrivalMs, path }, request.headers.authorization, response);
    },
    cancelAll() {
      for (const exchange of open) exchange.clientClosed();
    },
  };
};
