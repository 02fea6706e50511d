import type { Dispatcher } from 'undici';
import type { RequestOutcome } from '../../../domain/request.ts';
import { createSseParser } from '../../../domain/sse.ts';
import type { StreamApi } from './completions.ts';
import type { Observation, OutcomeStatus } from './observation.ts';
import { type Refusal, refusalOf } from './refusal.ts';

const DONE = '[DONE]';

/** One request on the wire, from dispatch to its only outcome. */
export interface Exchange {
  readonly handler: Dispatcher.DispatchHandler;
  /** Gives the request up: it gets its outcome now and its connection is closed. No effect once it has one. */
  abandon(status: 'cancelled' | 'unfinished'): void;
}

export interface ExchangeOptions {
  readonly api: StreamApi;
  readonly observation: Observation;
  /** ms since the start of the run. */
  nowMs(): number;
  /** Called exactly once. */
  onOutcome(outcome: RequestOutcome): void;
}

const errorText = (error: Error): string => {
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message || error.name;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
};

/** Reads a response as the API's event stream, and decides what became of the request. */
export const createExchange = ({ api, observation, nowMs, onOutcome }: ExchangeOptions): Exchange => {
  let controller: Dispatcher.DispatchController | null = null;
  let refusal: Refusal | null = null;
  let ended = false;

  const end = (status: OutcomeStatus, endMs: number | null, error: string | null): void => {
    if (ended) return;
    ended = true;
    onOutcome(observation.outcome(status, endMs, error));
  };
  const endOfStream = (done: boolean): void => {
    const missing = observation.missing(done);
    end(missing === null ? 'completed' : 'failed', nowMs(), missing);
  };
  const parser = createSseParser((payload) => {
    if (ended) return;
    if (payload.trim() === DONE) return endOfStream(true);
    const event = api.read(payload);
    if (event.error === null) return observation.event(event, nowMs());
    end('failed', nowMs(), event.error);
    controller?.abort(new Error(event.error));
  });

  const handler: Dispatcher.DispatchHandler = {
    // Called when the request is about to be written: waiting for a connection counts as lateness.
    onRequestStart: (started) => {
      controller = started;
      if (ended) started.abort(new Error('given up'));
      else observation.sentAt(nowMs());
    },
    onResponseStart: (_controller, statusCode, headers) => {
      refusal = refusalOf(statusCode, headers);
    },
    onResponseData: (_controller, chunk) => (refusal === null ? parser.push(chunk) : refusal.body(chunk)),
    onResponseEnd: () => {
      if (refusal !== null) return end(refusal.status, nowMs(), refusal.text());
      parser.end();
      endOfStream(false);
    },
    onResponseError: (_controller, error) => end('failed', nowMs(), errorText(error)),
  };
  const abandon: Exchange['abandon'] = (status) => {
    end(status, null, status === 'cancelled' ? 'cancelled' : 'not finished within the drain time');
    controller?.abort(new Error(status));
  };
  return { handler, abandon };
};
