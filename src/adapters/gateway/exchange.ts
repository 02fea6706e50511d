import { randomUUID } from 'node:crypto';
import type { EngineConnections } from './connections.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { RawObject } from '../../domain/raw-json.ts';
import type { PolicyRequest } from '../../domain/request.ts';
import type { Dispatcher, Route } from '../../ports/dispatcher.ts';
import type { EngineDialect, LegPlan } from '../../ports/engine.ts';
import type { RequestTelemetry, RequestUsage } from '../../ports/telemetry-listener.ts';
import type { Time } from '../../ports/time.ts';
import { ApiError, apiErrorOf, shuttingDown } from './api-error.ts';
import type { ApiShape, Wishes } from './api/shape.ts';
import { Attempt, type AttemptOwner, type Culprits } from './attempt.ts';
import type { ClientReply } from './client-reply.ts';
import type { LegFailure } from './failures.ts';
import type { GatewayLimits } from './limits.ts';
import { Tally } from './tally.ts';

/** What all requests share. */
export interface ExchangeContext {
  readonly engines: EngineConnections;
  readonly dialect: EngineDialect;
  readonly dispatcher: Dispatcher;
  readonly time: Time;
  readonly limits: GatewayLimits;
  /** Takes over legs that are still read after their answer. */
  linger(attempt: Attempt): void;
}

/** A client's request, understood and admitted. */
export interface Asked {
  readonly request: PolicyRequest;
  readonly api: ApiShape;
  readonly wishes: Wishes;
  /** As engines get it. */
  readonly body: RawObject;
  readonly headers: Readonly<Record<string, string>>;
  /** The prefill instance that the client's own router has chosen, where that is allowed. */
  readonly chosenPrefill: LaunchedInstance | null;
}

export interface ExchangeOptions {
  readonly context: ExchangeContext;
  readonly asked: Asked;
  readonly reply: ClientReply;
  readonly telemetry: RequestTelemetry | null;
  /** Called once, with what the engine counted. */
  settled(how: Ending, usage: RequestUsage | undefined): void;
}

export type Ending = 'completed' | 'failed' | 'cancelled';

/** What its client did wrong, its client has ended: no engine failed, and no promise was broken. */
const endingOf = ({ status }: ApiError): Ending => (status >= 500 || status === 408 || status === 429 ? 'failed' : 'cancelled');

/** One client request and its attempts. While its client has seen nothing, a failed attempt is followed by another. */
export class Exchange implements AttemptOwner {
  readonly #options: ExchangeOptions;
  readonly #tally: Tally;
  readonly #culprits = new Set<string>();
  #blamed = false;
  #attempt: Attempt | null = null;
  #attempts = 0;
  #over = false;

  constructor(options: ExchangeOptions) {
    const { asked, context, telemetry } = options;
    this.#options = options;
    this.#tally = new Tally({ id: asked.request.id, dispatcher: context.dispatcher, telemetry, time: context.time });
  }

  start(): void {
    const { context, asked } = this.#options;
    void this.#send(() => context.dispatcher.route(asked.request));
  }

  /** The client's connection is closed. */
  cancel(): void {
    this.#settle('cancelled', null);
  }

  /** The gateway ends. */
  cut(): void {
    this.#settle('failed', shuttingDown());
  }

  /** Looks for silence; called now and then. */
  check(nowMs: number): void {
    const { limits } = this.#options.context;
    const { arrivalMs } = this.#options.asked.request;
    if (nowMs - arrivalMs > limits.requestTimeoutMs) return this.#expire(`the answer took more than ${limits.requestTimeoutMs} ms`);
    if (!this.#tally.any) {
      const what = `gave no token within ${limits.firstTokenTimeoutMs} ms`;
      if (nowMs - arrivalMs > limits.firstTokenTimeoutMs) this.#silence(what, false);
    } else if (this.#options.reply.blocked) this.#tally.touch(nowMs);
    else if (nowMs - this.#tally.progressAtMs > limits.stallTimeoutMs) this.#silence(`went silent for ${limits.stallTimeoutMs} ms`, true);
  }

  #silence(what: string, retryable: boolean): void {
    if (this.#attempt === null) this.#expire('no engine took the request in time');
    else this.#attempt.stalled(what, retryable);
  }

  #expire(message: string): void {
    this.#settle('failed', new ApiError(504, message, { code: 'timeout' }));
  }

  async #send(choose: () => Promise<Route | null>): Promise<void> {
    try {
      const route = await choose();
      if (this.#over) return;
      if (route === null) this.#settle('failed', shuttingDown());
      else this.#open(route);
    } catch (error) {
      const told = apiErrorOf(error);
      this.#settle(endingOf(told), told);
    }
  }

  #open(route: Route): void {
    const { context, asked, reply, telemetry } = this.#options;
    const prefill = asked.chosenPrefill ?? route.prefill;
    const plan = this.#planned(prefill, route.decode);
    this.#attempts += 1;
    telemetry?.routed(prefill.id, route.decode.id, context.time.nowMs());
    this.#attempt = new Attempt({
      plan,
      context,
      reply,
      api: asked.api,
      wantsUsage: asked.wishes.usage,
      tally: this.#tally,
      owner: this,
    });
    this.#attempt.start();
  }

  #planned(prefill: LaunchedInstance, decode: LaunchedInstance): LegPlan {
    const { asked, context } = this.#options;
    const { api, body, headers } = asked;
    return context.dialect.plan({ attemptId: randomUUID(), path: api.path, body, headers }, prefill, decode);
  }

  prefillDone(): void {
    const { context, asked, telemetry } = this.#options;
    context.dispatcher.prefillDone(asked.request.id);
    telemetry?.prefillDone(context.time.nowMs());
  }

  completed(answer: string | null): void {
    const { asked, reply } = this.#options;
    try {
      if (answer === null) reply.end();
      else reply.answer(reply.stream ? asked.api.events(answer, asked.wishes) : answer);
      this.#settle('completed', null);
    } catch {
      // Only what an engine that does not stream sent is put into other words, and it was no JSON.
      this.#settle('failed', new ApiError(502, 'the engine answered with something that is no JSON object', { code: 'engine_failed' }));
    }
  }

  failed(failure: LegFailure, { blamed, suspects }: Culprits): void {
    for (const suspect of suspects) this.#culprits.add(suspect);
    const { context, reply } = this.#options;
    if (failure.blame !== null && !(failure.answered && this.#blamed)) context.dispatcher.legEnded(blamed, failure.blame);
    // A request that one engine after the other answers with an error is one piece of evidence, not one for each of them.
    if (failure.answered) this.#blamed = true;
    const again = failure.retryable && !reply.begun && this.#attempts <= context.limits.retries;
    if (again && !this.#over) void this.#retry();
    else this.#settle(endingOf(failure.error), failure.error);
  }

  async #retry(): Promise<void> {
    const { context, asked } = this.#options;
    this.#attempt = null;
    this.#tally.restart();
    // Jitter: the requests that one engine took down with it do not come back together.
    await context.time.sleep(context.limits.backoffMs * 2 ** (this.#attempts - 1) * (0.5 + Math.random()));
    if (!this.#over) await this.#send(() => context.dispatcher.reroute(asked.request.id, [...this.#culprits]));
  }

  #settle(how: Ending, error: ApiError | null): void {
    if (this.#over) return;
    this.#over = true;
    const { context, asked, reply, telemetry, settled } = this.#options;
    if (how !== 'completed') this.#attempt?.abort();
    else if (this.#attempt?.open === true) context.linger(this.#attempt);
    if (error !== null) reply.fail(error);
    const usage = this.#tally.told();
    context.dispatcher.ended(asked.request.id, how, usage && { promptTokens: usage.promptTokens });
    telemetry?.ended(how, context.time.nowMs(), usage);
    settled(how, usage);
  }
}
