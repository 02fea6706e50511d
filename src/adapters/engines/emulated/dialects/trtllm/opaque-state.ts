import { isFields, refuse } from '../../generation/asked.ts';
import type { KvAddress } from '../../kv/kv-fetch.ts';

const SCHEME = 'tcp://';

export const endpointText = ({ host, port }: KvAddress): string => `${SCHEME}${host}:${port}`;

/** @throws HttpError 400 */
export const endpointOf = (text: unknown, name: string): KvAddress => {
  const at = typeof text === 'string' && text.startsWith(SCHEME) ? text.lastIndexOf(':') : -1;
  const port = at > SCHEME.length ? Number((text as string).slice(at + 1)) : NaN;
  if (!Number.isInteger(port)) return refuse(`"${name}" must be the endpoint of a context server`);
  return { host: (text as string).slice(SCHEME.length, at), port };
};

/** What a context server tells of where its KV lies, which is nobody's business between it and the generation server. */
export const opaqueState = (address: KvAddress): string => Buffer.from(JSON.stringify({ kv: endpointText(address) })).toString('base64');

/** @throws HttpError 400 */
export const readOpaqueState = (state: unknown): KvAddress => {
  if (typeof state !== 'string' || state === '')
    return refuse('"disaggregated_params" has no "encoded_opaque_state": the KV cannot be found');
  try {
    const read = JSON.parse(Buffer.from(state, 'base64').toString('utf8')) as unknown;
    return endpointOf(isFields(read) ? read['kv'] : null, 'encoded_opaque_state');
  } catch {
    return refuse('"encoded_opaque_state" is not what a context server gave');
  }
};
