import { Agent, request } from 'undici';
import { VoltanaError } from '../../domain/errors.ts';
import type { TuningOrder, TuningView } from '../../domain/tuning-orders.ts';
import type { TuningClient } from '../../ports/tuning-client.ts';
import type { TlsOptions } from './stream/connections.ts';
import { targetOf } from './stream/target.ts';

const TIMEOUT_MS = 5000;
const MOST_BYTES = 4_000_000;

export interface TuningClientOptions {
  readonly url: string;
  readonly apiKey: string | null;
  readonly tls: TlsOptions;
}

const isView = (value: unknown): value is TuningView => (value as { kind?: unknown } | null)?.kind === 'live-tuning';

const messageIn = (text: string): string => {
  try {
    return String((JSON.parse(text) as { error: { message: unknown } }).error.message);
  } catch {
    return text.slice(0, 200);
  }
};

function refusal(url: string, status: number, text: string): VoltanaError {
  if (status === 401 || status === 403)
    return new VoltanaError('NOT_PERMITTED', `${url} takes no orders from here: ${messageIn(text)}`, {
      hint: "Run this on the gateway's own machine, or give the key named operator with --api-key-file.",
    });
  if (status === 400) return new VoltanaError('BAD_VALUE', messageIn(text));
  if (status >= 500) return unreachable(url, `it answers HTTP ${status}: ${messageIn(text)}`);
  return new VoltanaError('BAD_VALUE', `${url} is no voltana gateway that can be tuned live: it answers HTTP ${status}`, {
    hint: 'Give the address of a gateway that voltana serve has started.',
  });
}

const unreachable = (url: string, why: string, cause?: unknown): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `the gateway at ${url} does not answer: ${why}`, {
    cause,
    hint: 'Look whether voltana serve runs there; a gateway that is gone has given every clock back, or does so when its leases end.',
  });

const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === '' ? (code ?? 'no answer') : message;
};

/** @throws VoltanaError BAD_VALUE for what is no http URL */
export function createTuningClient({ url, apiKey, tls }: TuningClientOptions): TuningClient {
  const { origin, path } = targetOf(url, '/voltana/tuning');
  const agent = new Agent({
    connect: { rejectUnauthorized: !tls.insecure, timeout: TIMEOUT_MS, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: MOST_BYTES,
  });
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const asked = async (order: TuningOrder | null): Promise<{ status: number; text: string }> => {
    const post = { method: 'POST' as const, body: JSON.stringify(order), headers: { ...headers, 'content-type': 'application/json' } };
    try {
      const { statusCode, body } = await request(origin + path, { dispatcher: agent, headers, ...(order === null ? {} : post) });
      return { status: statusCode, text: await body.text() };
    } catch (error) {
      throw unreachable(url, reasonOf(error), error);
    }
  };
  const ask = async (order: TuningOrder | null): Promise<TuningView> => {
    const { status, text } = await asked(order);
    if (status !== 200) throw refusal(url, status, text);
    const value = ((): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return null;
      }
    })();
    if (isView(value)) return value;
    throw refusal(url, 404, text);
  };
  return { url, view: () => ask(null), order: ask, close: () => agent.destroy() };
}
