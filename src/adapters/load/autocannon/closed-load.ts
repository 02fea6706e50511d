import { urlToHttpOptions } from 'node:url';
import { VoltanaError } from '../../../domain/errors.ts';
import type { LoadSource } from '../../../ports/load-source.ts';
import { createExchange } from '../stream/exchange.ts';
import { Observation } from '../stream/observation.ts';
import { checkCertificates, type StreamLoadOptions, type Way, wayOf } from '../stream/stream-load.ts';
import { ClosedLoop, type Wire } from './closed-loop.ts';
import { type Endpoint, openConnection } from './connection.ts';
import { type HttpClientType, loadHttpClient } from './http-client.ts';

export interface ClosedLoadOptions extends StreamLoadOptions {
  /** Requests that are open at a time. */
  readonly concurrency: number;
}

const endpointOf = ({ target: { origin, path } }: Way, { tls = {} }: ClosedLoadOptions): Endpoint => {
  const url = new URL(origin);
  const { protocol, host } = url;
  return {
    protocol,
    host,
    // Without the brackets of IPv6, which no socket takes.
    hostname: String(urlToHttpOptions(url).hostname),
    port: url.port || (protocol === 'https:' ? '443' : '80'),
    path,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    insecure: tls.insecure ?? false,
  };
};

const recordOf = (inTurn: readonly string[]): Record<string, string> =>
  Object.fromEntries(inTurn.flatMap((name, i) => (i % 2 === 0 ? [[name, inTurn[i + 1] as string]] : [])));

const wireOf = (Client: HttpClientType, way: Way, endpoint: Endpoint): Wire => ({
  prepare: (request, nowMs, onOutcome) => {
    const exchange = createExchange({
      read: way.api.reader(),
      clean: way.clean,
      observation: new Observation(request, request.arrivalMs),
      dispatchedMs: request.arrivalMs,
      nowMs,
      // A closed loop has no times of its own: a request is due when it is sent.
      onOutcome: (outcome) => onOutcome({ ...outcome, intendedMs: outcome.sentMs }),
      onConnectionFree: () => {},
    });
    const { handler } = exchange;
    return { exchange, sending: { headers: recordOf(way.headers(request.id)), body: way.api.body(request, way.body), handler } };
  },
  connect: (first, next, onDone) => openConnection({ Client, endpoint, first, next, onDone }),
});

/**
 * Closed-loop load over HTTP/1.1 with streamed answers: autocannon holds the connections, and what comes back is read as the open
 * loop reads it. A request is sent, and its latency begins, as soon as it has a place: a new connection's set-up is part of it.
 * @throws VoltanaError BAD_VALUE for a concurrency below 1, a URL that is none, a header that cannot be sent, certificates that are none
 */
export const createClosedLoad = (options: ClosedLoadOptions): LoadSource => {
  const { time, tls = {}, timeoutMs, concurrency } = options;
  if (!(Number.isSafeInteger(concurrency) && concurrency >= 1)) {
    throw new VoltanaError('BAD_VALUE', `a closed loop has 1 or more requests open at a time, not ${concurrency}`);
  }
  const way = wayOf(options);
  checkCertificates(tls);
  const endpoint = endpointOf(way, options);
  return {
    run: async (schedule, load) => {
      const wire = wireOf(await loadHttpClient(), way, endpoint);
      const loop = new ClosedLoop({ schedule, load, time, concurrency, timeoutMs, wire });
      return { startedAtMs: loop.startedAtMs, outcomes: await loop.run() };
    },
  };
};
