import type { Dispatcher } from 'undici';
import type { RequestOutcome } from '../../../domain/request.ts';
import { EventTooLong } from '../../../domain/sse.ts';
import type { EventReader } from './api/shape.ts';
import { EventPieces } from './events.ts';
import type { Observation, OutcomeStatus } from './observation.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import type { CleanText } from './server-text.ts';

const DONE = '[DONE]';
/** `[`: no chunk of any API begins with it. */
const BRACKET = 91;

/** `failed`: it took longer than a request may. */
export type GivenUp = 'cancelled' | 'unfinished' | 'failed';

const REASONS = {
  cancelled: 'cancelled',
  unfinished: 'not finished within the drain time',
  failed: 'not finished in time',
} as const satisfies Record<GivenUp, string>;

/** One request on the wire, from dispatch to its only outcome. */
export interface Exchange {
  readonly handler: Dispatcher.DispatchHandler;
  /** ms since the start of the run. */
  readonly dispatchedMs: number;
  /** Gives the request up: it gets its outcome now and its connection is closed. No effect once it has one. */
  abandon(status: GivenUp, reason?: string): void;
}

export interface ExchangeOptions {
  readonly read: EventReader;
  /** For whatever a server had a say in. */
  readonly clean: CleanText;
  readonly observation: Observation;
  readonly dispatchedMs: number;
  /** ms since the start of the run. */
  nowMs(): number;
  /** Called exactly once. */
  onOutcome(outcome: RequestOutcome): void;
  /** Called at most once. `reusable`: the connection has been read to the end of an answer and may carry another one. */
  onConnectionFree?(reusable: boolean): void;
}

const errorText = (error: Error): string => {
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message || error.name;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
};

/** A payload may be [DONE] with blanks around it; only then is it looked at more closely. */
const saysDone = (payload: string): boolean => {
  const first = payload.charCodeAt(0);
  return (first === BRACKET || first <= 32) && payload.trim() === DONE;
};

interface Reading {
  isOver(): boolean;
  readMs(): number;
  endOfStream(done: boolean): void;
  fail(error: string): void;
}

const eventsOf = ({ read, clean, observation }: ExchangeOptions, reading: Reading): EventPieces =>
  new EventPieces((payload) => {
    if (reading.isOver()) return;
    if (saysDone(payload)) return reading.endOfStream(true);
    const event = read(payload);
    if (event.error === null) return observation.event(event, reading.readMs());
    reading.fail(clean(event.error));
  });

const guarded = (readMore: () => void, fail: (error: string) => void): void => {
  try {
    readMore();
  } catch (error) {
    if (!(error instanceof EventTooLong)) throw error;
    fail(error.message);
  }
};

/** Reads a response as the API's event stream, and decides what became of the request. */
export const createExchange = (options: ExchangeOptions): Exchange => {
  const { clean, observation, dispatchedMs, nowMs } = options;
  let controller: Dispatcher.DispatchController | null = null;
  let refusal: Refusal | null = null;
  let ended = false;
  /** When the piece was read that is being looked at. */
  let readMs = dispatchedMs;

  const end = (status: OutcomeStatus, endMs: number | null, error: string | null): void => {
    if (ended) return;
    ended = true;
    options.onOutcome(observation.outcome(status, endMs, error));
  };
  const endOfStream = (done: boolean): void => {
    const missing = observation.missing(done);
    end(missing === null ? 'completed' : 'failed', readMs, missing);
  };
  /** It failed although the server would go on. */
  const fail = (error: string, status: OutcomeStatus = 'failed'): void => {
    end(status, readMs, error);
    controller?.abort(new Error(error));
  };
  const events = eventsOf(options, { isOver: () => ended, readMs: () => readMs, endOfStream, fail });

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
    onResponseData: (_controller, chunk) => {
      readMs = nowMs();
      if (ended) return;
      if (refusal === null) guarded(() => events.push(chunk), fail);
      else if (refusal.body(chunk)) fail(clean(refusal.text()), refusal.status);
    },
    onResponseEnd: () => {
      readMs = nowMs();
      if (refusal === null) {
        guarded(() => events.end(), fail);
        endOfStream(false);
      } else end(refusal.status, readMs, clean(refusal.text()));
      options.onConnectionFree?.(true);
    },
    onResponseError: (_controller, error) => {
      end('failed', nowMs(), clean(errorText(error)));
      options.onConnectionFree?.(false);
    },
  };
  const abandon: Exchange['abandon'] = (status, reason = REASONS[status]) => {
    end(status, status === 'failed' ? nowMs() : null, reason);
    controller?.abort(new Error(reason));
  };
  return { handler, dispatchedMs, abandon };
};
