import { fileStore } from '../adapters/host/fs-store.ts';
import { openAiKey } from '../adapters/host/variables.ts';
import type { TlsOptions } from '../adapters/load/stream/connections.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { BenchOptions } from '../runs/benchmarking/request.ts';

/** How an endpoint is entered. */
export interface Access {
  readonly apiKey: string | null;
  readonly tls: TlsOptions;
}

/** @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED */
export async function keyIn(file: string, what = 'API key'): Promise<string> {
  const key = (await fileStore().read(file)).trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new VoltanaError('FILE_MALFORMED', `${file} holds no ${what}`, { hint: 'Write the key alone into the file, on one line.' });
}

/** Keys come from files and from the environment, never from a flag: command lines are recorded. @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED */
export async function accessOf({ request, site }: BenchOptions): Promise<Access> {
  const apiKey = request.apiKeyFile === undefined ? openAiKey() : await keyIn(request.apiKeyFile);
  // The certificate of a gateway of our own vouches for itself.
  const caFile = request.caFile ?? (site.kind === 'cluster' ? site.serve.cluster.gateway.tls?.certFile : undefined);
  const ca = caFile === undefined ? undefined : await fileStore().read(caFile);
  return { apiKey, tls: { ca, insecure: request.insecure ?? false } };
}
