import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { ApiShape } from './api/shape.ts';
import { ApiError, badRequest, shuttingDown } from './api-error.ts';
import { ClientReply } from './client-reply.ts';
import { Exchange, type ExchangeContext } from './exchange.ts';
import { passedHeaders } from './headers.ts';
import { readBody } from './http.ts';
import { understood, type Understood } from './intake.ts';
import type { GatewayOptions } from './options.ts';
import { prefixOf } from './prefix.ts';
import type { PromptEstimator } from './prompt-estimate.ts';
import type { Watchdog } from './watchdog.ts';

export interface CompletionsOptions {
  readonly options: GatewayOptions;
  readonly context: ExchangeContext;
  readonly estimator: PromptEstimator;
  readonly watchdog: Watchdog;
  readonly ownKeys: boolean;
  draining(): boolean;
}

const PREFILLER_HEADER = 'x-prefiller-host-port';

const chosenPrefill = (request: IncomingMessage, prefillerAt: GatewayOptions['prefillerAt']): LaunchedInstance | null => {
  const hostPort = request.headers[PREFILLER_HEADER];
  if (prefillerAt === undefined || typeof hostPort !== 'string') return null;
  const instance = prefillerAt(hostPort);
  if (instance === null) throw badRequest(`no prefill instance listens at the ${PREFILLER_HEADER} given`, null, 'unknown_prefiller');
  return instance;
};

/** The POSTs of all APIs: read, understood, admitted, relayed. */
export class Completions {
  readonly #options: CompletionsOptions;
  readonly #models: readonly string[];
  /** Ids are unique among all gateways of a cluster. */
  readonly #prefix = randomBytes(6).toString('base64url');
  #count = 0;
  /** Counted from the header on: bodies that are still being read take memory, too. */
  #admitted = 0;

  constructor(options: CompletionsOptions) {
    this.#options = options;
    this.#models = options.options.models ?? [];
  }

  /** @throws ApiError */
  async handle(request: IncomingMessage, response: ServerResponse, api: ApiShape, tenant: string): Promise<void> {
    const { context, draining } = this.#options;
    if (draining()) throw shuttingDown();
    this.#admit();
    const arrived: Arrived = { request, response, api, tenant, arrivalMs: context.time.nowMs(), exchange: null };
    response.once('close', () => {
      this.#admitted -= 1;
      arrived.exchange?.cancel();
    });
    const bytes = await readBody(request, context.limits.maxBodyBytes);
    if (response.destroyed) return;
    const asked = understood(bytes, api, this.#models);
    if (draining()) throw shuttingDown();
    this.#relay(asked, arrived);
  }

  #admit(): void {
    const { maxInFlight } = this.#options.context.limits;
    if (this.#admitted >= maxInFlight) {
      const message = `${maxInFlight} requests are under way, as many as this gateway takes`;
      throw new ApiError(429, message, { code: 'too_many_requests', retryAfterS: 1 });
    }
    this.#admitted += 1;
  }

  #relay({ wishes, body, model }: Understood, arrived: Arrived): void {
    const { options, context, estimator, watchdog, ownKeys } = this.#options;
    const { request, response, api, tenant, arrivalMs } = arrived;
    const estimated = wishes.prompt.tokens === null;
    const promptTokens = wishes.prompt.tokens ?? estimator.estimate(model, wishes.prompt.bytes);
    const id = `${this.#prefix}-${(this.#count += 1)}`;
    const prefix = prefixOf(wishes.prompt.pieces());
    const chosen = chosenPrefill(request, options.prefillerAt);
    const telemetry = options.listener?.arrived({ id, model, tenant, arrivalMs, promptTokens, estimated }) ?? null;
    const headers = passedHeaders(request.headers, ownKeys);
    const exchange: Exchange = new Exchange({
      context,
      asked: { request: { id, arrivalMs, promptTokens, prefix }, api, wishes, body, headers, chosenPrefill: chosen },
      reply: new ClientReply(response, wishes.stream, ['x-request-id', headers['x-request-id'] ?? id]),
      telemetry,
      settled: (_how, usage) => {
        watchdog.delete(exchange);
        if (estimated && usage !== undefined) estimator.learn(model, wishes.prompt.bytes, usage.promptTokens);
      },
    });
    watchdog.add(exchange);
    arrived.exchange = exchange;
    exchange.start();
  }
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly api: ApiShape;
  readonly tenant: string;
  readonly arrivalMs: number;
  /** Null until its body has been understood. */
  exchange: Exchange | null;
}
