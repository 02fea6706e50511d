import { X509Certificate } from 'node:crypto';
import type { BenchApi } from '../../../domain/bench.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { WorkloadRequest } from '../../../domain/request.ts';
import type { LoadOptions, LoadSource } from '../../../ports/load-source.ts';
import type { Time } from '../../../ports/time.ts';
import { STREAM_APIS } from './api/index.ts';
import type { BodyOptions, StreamApi } from './api/shape.ts';
import { Connections, type TlsOptions } from './connections.ts';
import { createExchange } from './exchange.ts';
import { headersFor } from './headers.ts';
import { Ledger } from './ledger.ts';
import { Observation } from './observation.ts';
import { pace } from './pace.ts';
import { cleanerFor, type CleanText } from './server-text.ts';
import { type Target, targetOf } from './target.ts';
import { failOverdue } from './timeouts.ts';

export interface StreamLoadOptions {
  /** Base URL of an endpoint: http://HOST:PORT. */
  readonly url: string;
  readonly model: string;
  readonly time: Time;
  readonly api: BenchApi;
  /** Sent as a bearer token. */
  readonly apiKey?: string | null;
  /** Beside those that the API needs. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsOptions;
  /** From taking up a request, its connection's set-up included, to the end of its answer; a request that takes longer has failed. Left out, only the drain limit ends one. */
  readonly timeoutMs?: number;
  /** Prompt tokens that the server counts for each word of ours, 1 where nobody knows: see `EndpointFacts`. */
  readonly tokensPerWord?: number;
  /** Asks OpenAI's APIs for counts in every event: vLLM knows that option, others may refuse it. */
  readonly continuousUsage?: boolean;
}

/** What all requests of a load have in common. */
export interface Way {
  readonly api: StreamApi;
  readonly target: Target;
  readonly headers: (requestId: string) => string[];
  readonly body: BodyOptions;
  readonly clean: CleanText;
}

interface Sender {
  readonly way: Way;
  readonly connections: Connections;
  readonly ledger: Ledger;
  /** ms since the start of the run. */
  nowMs(): number;
}

const send = ({ way, connections, ledger, nowMs }: Sender, request: WorkloadRequest, index: number): void => {
  const dispatchedMs = nowMs();
  const body = way.api.body(request, way.body);
  const client = connections.take();
  const exchange = createExchange({
    read: way.api.reader(),
    clean: way.clean,
    observation: new Observation(request, dispatchedMs),
    dispatchedMs,
    nowMs,
    onOutcome: (outcome) => ledger.close(index, outcome),
    onConnectionFree: (reusable) => connections.give(client, reusable),
  });
  ledger.open(index, exchange);
  client.dispatch({ path: way.target.path, method: 'POST', headers: way.headers(request.id), body }, exchange.handler);
};

/** @throws VoltanaError BAD_VALUE */
export const wayOf = ({
  url,
  api: apiId,
  model,
  apiKey = null,
  headers = {},
  tokensPerWord = 1,
  continuousUsage = false,
}: StreamLoadOptions): Way => {
  const api = STREAM_APIS[apiId];
  if (!(tokensPerWord > 0)) throw new VoltanaError('BAD_VALUE', `tokens of a word are above 0, not ${tokensPerWord}`);
  return {
    api,
    target: targetOf(url, api.path),
    headers: headersFor(apiKey, headers),
    body: { model, tokensPerWord, continuousUsage },
    clean: cleanerFor(apiKey, headers),
  };
};

/** @throws VoltanaError BAD_VALUE */
export const checkCertificates = ({ ca }: TlsOptions): void => {
  try {
    if (ca !== undefined) new X509Certificate(ca);
  } catch (cause) {
    throw new VoltanaError('BAD_VALUE', 'the certificates to trust are no certificates in PEM', { cause });
  }
};

/** Sends the schedule and waits until every request sent has ended or was given up. */
const drive = async (
  sender: Sender,
  schedule: readonly WorkloadRequest[],
  options: LoadOptions,
  time: Time,
  startedAtMs: number,
): Promise<void> => {
  const { drainMs, signal, sendForMs } = options;
  const { ledger } = sender;
  let lastMs = 0;
  let stopDrain = (): void => {};
  const sendOne = (request: WorkloadRequest, index: number): void => {
    lastMs = request.arrivalMs;
    send(sender, request, index);
  };
  const drain = (): void => {
    stopDrain = time.at(startedAtMs + lastMs + drainMs, () => ledger.giveUp('unfinished'));
    ledger.allSent();
  };
  const stopPacing = signal.aborted ? () => {} : pace(schedule, time, startedAtMs, sendOne, drain, sendForMs);
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
};

/**
 * Open-loop load over HTTP/1.1 with streamed answers. Requests that the signal cuts off become `cancelled`; those it
 * leaves unsent have no outcome. `run` never rejects because of what a server does: each outcome tells it.
 * @throws VoltanaError BAD_VALUE for a URL that is none, a header that cannot be sent, certificates that are none
 */
export const createStreamLoad = (options: StreamLoadOptions): LoadSource => {
  const { time, tls = {}, timeoutMs } = options;
  const way = wayOf(options);
  checkCertificates(tls);
  return {
    run: async (schedule, loadOptions) => {
      const connections = new Connections(way.target.origin, tls);
      const ledger = new Ledger(loadOptions);
      const startedAtMs = time.nowMs();
      const nowMs = (): number => time.nowMs() - startedAtMs;
      const stopTimeouts = timeoutMs === undefined ? () => {} : failOverdue(time, timeoutMs, () => ledger.oldest, nowMs);
      try {
        await drive({ way, connections, ledger, nowMs }, schedule, loadOptions, time, startedAtMs);
      } finally {
        stopTimeouts();
        await connections.close();
      }
      return { startedAtMs, outcomes: ledger.outcomes() };
    },
  };
};
