import { VoltanaError } from '../../../domain/errors.ts';

export interface Target {
  readonly origin: string;
  readonly path: string;
}

/**
 * Joins a server's base URL and an API's path; a base that ends in `/v1`, as OpenAI clients write it, is the same base.
 * @throws VoltanaError BAD_VALUE for anything but an http or https URL, and for one with a name and a password in it
 */
export const targetOf = (url: string, apiPath: string): Target => {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new VoltanaError('BAD_VALUE', `"${url}" is not an http URL`, { hint: 'Write it as http://HOST:PORT.' });
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new VoltanaError('BAD_VALUE', `the URL of ${parsed.host} holds a name or a password`, {
      hint: 'Give the key of an API as such, or an authorization header: a URL is written down in every record.',
    });
  }
  return { origin: parsed.origin, path: parsed.pathname.replace(/\/+$/, '').replace(/\/v1$/, '') + apiPath + parsed.search };
};
