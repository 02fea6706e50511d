import { VoltanaError } from '../../../domain/errors.ts';

export interface Target {
  readonly origin: string;
  readonly path: string;
}

/**
 * Joins a server's base URL and an API's path; a base that ends in `/v1`, as OpenAI clients write it, is the same base.
 * @throws VoltanaError BAD_VALUE for anything but an http or https URL
 */
export const targetOf = (url: string, apiPath: string): Target => {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new VoltanaError('BAD_VALUE', `"${url}" is not an http URL`, { hint: 'Write it as http://HOST:PORT.' });
  }
  return { origin: parsed.origin, path: parsed.pathname.replace(/\/+$/, '').replace(/\/v1$/, '') + apiPath };
};
