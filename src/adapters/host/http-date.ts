import { readFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** What is needed to be answered, where a server asks for it. */
export interface ClientFiles {
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const ANSWER_TIMEOUT_MS = 3000;
/** The header is cut to whole seconds: what it tells lies in the middle of one, on average. */
const HALF_SECOND_MS = 500;

const file = (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? Promise.resolve(undefined) : readFile(path));

const dateOf = (url: URL, options: object): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const asked = ask(url, { ...options, method: 'GET', agent: false, timeout: ANSWER_TIMEOUT_MS }, (response) => {
      resolve(response.headers.date);
      response.destroy();
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer'))).on('error', reject);
    asked.end();
  });

/**
 * How far the clock of an HTTP server is ahead of this machine's, to half a second, by its Date header, whatever it
 * answers. Null where it tells none. Its certificate is not checked: a time is all that is asked, and none is believed.
 */
export async function clockSkewMs(address: string, { certFile, keyFile }: ClientFiles = {}): Promise<number | null> {
  try {
    const [cert, key] = await Promise.all([file(certFile), file(keyFile)]);
    const askedMs = Date.now();
    const date = await dateOf(new URL(address), { cert, key, rejectUnauthorized: false });
    const theirsMs = Date.parse(date ?? '');
    return Number.isNaN(theirsMs) ? null : theirsMs + HALF_SECOND_MS - (askedMs + Date.now()) / 2;
  } catch {
    return null;
  }
}
