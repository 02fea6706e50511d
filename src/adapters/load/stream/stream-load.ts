import { Pool } from 'undici';
import type { WorkloadRequest } from '../../../domain/request.ts';
import type { LoadSource } from '../../../ports/load-source.ts';
import type { Time } from '../../../ports/time.ts';
import { completionsApi, type StreamApi } from './completions.ts';
import { createExchange } from './exchange.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createObservation } from './observation.ts';
import { pace } from './pace.ts';
import { type Target, targetOf } from './target.ts';

const APIS = { 'openai-completions': completionsApi } as const satisfies Record<string, StreamApi>;

export interface StreamLoadOptions {
  /** Base URL of an endpoint: http://HOST:PORT. */
  readonly url: string;
  readonly model: string;
  readonly time: Time;
  readonly api: keyof typeof APIS;
}

const POOL_OPTIONS = {
  // As many connections as there are open requests, one request on each: nothing queues in the client.
  connections: null,
  pipelining: 1,
  // Well below what servers keep idle connections for: reusing one just as the server closes it would fail a request.
  keepAliveTimeout: 1000,
  keepAliveMaxTimeout: 1000,
  // A slow answer is a result. The drain limit ends it, not the HTTP client.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

interface Sender {
  readonly pool: Pool;
  readonly target: Target;
  readonly api: StreamApi;
  readonly model: string;
  readonly ledger: Ledger;
  /** ms since the start of the run. */
  nowMs(): number;
}

const send = ({ pool, target, api, model, ledger, nowMs }: Sender, request: WorkloadRequest, index: number): void => {
  const exchange = createExchange({
    api,
    observation: createObservation(request, nowMs()),
    nowMs,
    onOutcome: (outcome) => ledger.close(index, outcome),
  });
  ledger.open(index, exchange);
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'x-request-id': request.id };
  pool.dispatch({ path: target.path, method: 'POST', headers, body: api.body(request, model) }, exchange.handler);
};

/**
 * Open-loop load over HTTP/1.1 with streamed answers. Requests that the signal cuts off become `cancelled`; those it
 * leaves unsent have no outcome. `run` never rejects because of what a server does: each outcome tells it.
 * @throws VoltanaError BAD_VALUE for a URL that is none
 */
export const createStreamLoad = ({ url, model, time, api: apiId }: StreamLoadOptions): LoadSource => {
  const api = APIS[apiId];
  const target = targetOf(url, api.path);
  return {
    run: async (schedule, { drainMs, signal, onProgress }) => {
      const pool = new Pool(target.origin, POOL_OPTIONS);
      const ledger = createLedger(schedule.length, onProgress ?? (() => {}));
      const startedAtMs = time.nowMs();
      const sender: Sender = { pool, target, api, model, ledger, nowMs: () => time.nowMs() - startedAtMs };

      const drainEndsAtMs = startedAtMs + (schedule.at(-1)?.arrivalMs ?? 0) + drainMs;
      let stopDrain = (): void => {};
      const drain = (): void => {
        stopDrain = time.at(drainEndsAtMs, () => ledger.giveUp('unfinished'));
      };
      const sendOne = (request: WorkloadRequest, index: number): void => send(sender, request, index);
      const stopPacing = signal.aborted ? () => {} : pace(schedule, time, startedAtMs, sendOne, drain);
      const cancel = (): void => {
        stopPacing();
        ledger.giveUp('cancelled');
      };
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();

      await ledger.settled;
      signal.removeEventListener('abort', cancel);
      stopPacing();
      stopDrain();
      await pool.destroy();
      return { startedAtMs, outcomes: ledger.outcomes() };
    },
  };
};
