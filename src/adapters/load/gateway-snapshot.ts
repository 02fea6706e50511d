import { Agent, request } from 'undici';
import type { Snapshot } from '../../domain/snapshot.ts';
import { targetOf } from './stream/target.ts';
import type { TlsOptions } from './stream/connections.ts';

const TIMEOUT_MS = 5000;
const MOST_BYTES = 4_000_000;

export interface GatewaySnapshotOptions {
  readonly url: string;
  readonly apiKey: string | null;
  readonly tls: TlsOptions;
}

const isSnapshot = (value: unknown): value is Snapshot =>
  typeof value === 'object' && value !== null && (value as { readonly kind?: unknown }).kind === 'snapshot';

/** What a voltana gateway shows of itself. `ask` gives null for any other endpoint. */
export const createGatewaySnapshot = ({ url, apiKey, tls }: GatewaySnapshotOptions) => {
  const agent = new Agent({
    connect: { rejectUnauthorized: !tls.insecure, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: MOST_BYTES,
  });
  const { origin, path } = targetOf(url, '/voltana/snapshot');
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    async ask(): Promise<Snapshot | null> {
      try {
        const { statusCode, body } = await request(origin + path, { dispatcher: agent, headers });
        const text = await body.text();
        const value: unknown = statusCode === 200 ? JSON.parse(text) : null;
        return isSnapshot(value) ? value : null;
      } catch {
        return null;
      }
    },
    close: (): Promise<void> => agent.destroy(),
  };
};
