import { Agent, request } from 'undici';
import { oneLine } from '../../domain/plain-text.ts';
import type { TlsOptions } from './stream/connections.ts';
import { targetOf } from './stream/target.ts';

const TIMEOUT_MS = 5000;
const MOST_BYTES = 4_000_000;
const MOST_MESSAGE = 200;

export interface GatewayAccess {
  readonly url: string;
  readonly apiKey: string | null;
  readonly tls: TlsOptions;
  /** For one answer; 5 s unless told. */
  readonly timeoutMs?: number;
}

export interface GatewayHttp {
  /** GET, or POST of `order`. @throws whatever keeps an answer from coming */
  ask(path: string, order?: object | null): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

/** Asks what answers at a gateway's address. @throws VoltanaError BAD_VALUE for what is no http URL */
export function gatewayHttp({ url, apiKey, tls, timeoutMs = TIMEOUT_MS }: GatewayAccess): GatewayHttp {
  targetOf(url, '/');
  const agent = new Agent({
    connect: { rejectUnauthorized: !tls.insecure, timeout: timeoutMs, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MOST_BYTES,
  });
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    async ask(path, order = null) {
      const target = targetOf(url, path);
      const post = { method: 'POST' as const, body: JSON.stringify(order), headers: { ...headers, 'content-type': 'application/json' } };
      // One answer, however slowly its bytes drip.
      const signal = AbortSignal.timeout(2 * timeoutMs);
      const options = { dispatcher: agent, headers, signal, ...(order === null ? {} : post) };
      const { statusCode, body } = await request(target.origin + target.path, options);
      return { status: statusCode, text: await body.text() };
    },
    close: () => agent.destroy(),
  };
}

/** What a gateway says of its refusal, or the beginning of whatever came. */
export const messageIn = (text: string): string => {
  try {
    return oneLine(String((JSON.parse(text) as { error: { message: unknown } }).error.message)).slice(0, MOST_MESSAGE);
  } catch {
    return oneLine(text.slice(0, MOST_MESSAGE));
  }
};

/** Why no answer came. */
export const reasonOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === '' ? (code ?? 'no answer') : oneLine(message);
};

/** Null for what is no JSON. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
