import { VoltanaError } from '../../domain/errors.ts';
import type { GatewayClient } from '../../ports/gateway-client.ts';
import { gatewayHttp, jsonIn, messageIn, reasonOf, type GatewayAccess } from './gateway-http.ts';

const SNAPSHOT = '/voltana/snapshot';
const ENERGY_MAP = '/voltana/energy-map';

const unreachable = (url: string, why: string, cause?: unknown): VoltanaError =>
  new VoltanaError('NO_GATEWAY', `no gateway answers at ${url}: ${why}`, { cause });

const stranger = (url: string, why: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${url} is no voltana gateway: ${why}`, {
    hint: 'Give the address that voltana serve printed, as http://HOST:PORT.',
  });

function refusal(url: string, status: number, text: string): VoltanaError {
  if (status === 401 || status === 403)
    return new VoltanaError('NOT_PERMITTED', `${url} wants a key: ${messageIn(text)}`, {
      hint: 'Give one of its API keys with --api-key-file, or as OPENAI_API_KEY.',
    });
  if (status >= 500) return unreachable(url, `HTTP ${status}: ${messageIn(text)}`);
  return stranger(url, `it answers HTTP ${status}`);
}

/** @throws VoltanaError BAD_VALUE for what is no http URL */
export function createGatewayClient(access: GatewayAccess): GatewayClient {
  const { url } = access;
  const http = gatewayHttp(access);
  const asked = (path: string): Promise<{ status: number; text: string }> =>
    http.ask(path).catch((error: unknown) => {
      throw unreachable(url, reasonOf(error), error);
    });
  return {
    url,
    async snapshot() {
      const { status, text } = await asked(SNAPSHOT);
      if (status !== 200) throw refusal(url, status, text);
      const value = jsonIn(text);
      if ((value as { kind?: unknown } | null)?.kind !== 'snapshot') throw stranger(url, 'what it answers is no snapshot');
      return value;
    },
    async energyMaps() {
      const { status, text } = await asked(ENERGY_MAP);
      if (status === 404) return null;
      if (status !== 200) throw refusal(url, status, text);
      return jsonIn(text);
    },
    close: () => http.close(),
  };
}
