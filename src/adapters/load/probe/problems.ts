import { VoltanaError } from '../../../domain/errors.ts';
import { oneLine } from '../../../domain/plain-text.ts';

/** A failed answer by what it was. */
export interface Refused {
  readonly status: number;
  readonly contentType: string;
  /** The beginning of its body, fit to be shown. */
  readonly text: string;
}

const MOST_SHOWN = 200;
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'it closes the connection',
  UND_ERR_SOCKET: 'it closes the connection',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  UND_ERR_CONNECT_TIMEOUT: 'it does not take a connection in time',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};
const URL_HINTS: Readonly<Record<string, string>> = {
  EPROTO: 'Write the URL with http:// where the server has no TLS.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'Write the URL with http:// where the server has no TLS.',
};
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

const codeOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : '';
};

const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  const said = error instanceof Error && error.message !== '' ? error.message : String(code || error);
  if (CERTIFICATE.test(code)) return `its certificate is not trusted (${said})`;
  if (error instanceof Error && error.name === 'HTTPParserError')
    return 'it does not answer with HTTP; a server with TLS is asked with https://';
  const words = WORDS[code];
  return words === undefined ? said : `${words} (${code})`;
};

const hintOf = (error: unknown): { hint: string } | object => {
  const code = codeOf(error);
  if (CERTIFICATE.test(code)) return { hint: 'Trust the authority that signed it: --endpoint-ca-file FILE, or NODE_EXTRA_CA_CERTS=FILE.' };
  return URL_HINTS[code] === undefined ? { hint: 'Start the endpoint, or correct the URL, then run again.' } : { hint: URL_HINTS[code] };
};

/** Nobody answers there. */
export const unreachable = (url: string, error: unknown): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `${url} cannot be asked: ${oneLine(reasonOf(error))}`, { ...hintOf(error), cause: error });

export const tooSlow = (url: string, what: string, limitMs: number): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `${url} did not answer ${what} within ${limitMs / 1000} s`, {
    hint: 'Wait until the engine has loaded its model, then run again.',
  });

export const tooLong = (url: string, path: string, mostBytes: number): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `${url}${path} answers too much: more than ${mostBytes / 2 ** 20} MiB`, {
    hint: 'Check that the URL is that of an engine or a gateway.',
  });

export const compressed = (url: string, path: string, encoding: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${url}${path} answers with content-encoding ${encoding} although none was asked for`, {
    hint: 'Turn compression off in the server, or take the proxy between away.',
  });

/** There is no such path, or not for this; web pages say so, too, and are no sign of anything then. */
export const isMissing = (status: number): boolean => status === 404 || status === 405 || status === 501;

const isPage = ({ contentType, text }: Refused): boolean => contentType.includes('html') || /^\s*<(!doctype|html)/i.test(text);

/** The words of an error document, or its beginning, on one line. */
export const wordsOf = ({ text }: Refused): string => {
  const said = /"(?:message|detail|error)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.replace(/<[^>]*>/g, ' ');
  const line = said.replace(/\s+/g, ' ').trim();
  return line === '' ? '' : `: ${line.slice(0, MOST_SHOWN)}`;
};

/**
 * What any path may answer instead of what it was asked for.
 * @returns null for what the asker has to judge
 */
export const commonProblem = (url: string, path: string, refused: Refused, hasKey: boolean): VoltanaError | null => {
  const { status } = refused;
  if (status === 401 || status === 403) {
    const which = hasKey ? 'does not accept the key given' : 'wants a key';
    return new VoltanaError('BAD_VALUE', `${url} ${which} (HTTP ${status}${wordsOf(refused)})`, {
      hint: `${hasKey ? 'Correct' : 'Give'} the key with --api-key-file or OPENAI_API_KEY.`,
    });
  }
  if (status >= 300 && status < 400) {
    return new VoltanaError('BAD_VALUE', `${url} sends ${path} elsewhere (HTTP ${status})`, { hint: 'Give the URL that it leads to.' });
  }
  if ((status >= 500 || status === 429) && !isMissing(status)) return failed(url, path, refused);
  if (isPage(refused) && !isMissing(status)) {
    return new VoltanaError(
      'BAD_VALUE',
      `${url} answers ${path} with a web page (HTTP ${status}), not as an API: a proxy or another site`,
      {
        hint: 'Give the base URL of the API itself: http://HOST:PORT, or the URL that ends in /v1.',
      },
    );
  }
  return null;
};

/** It is there, and fails. */
export const failed = (url: string, path: string, refused: Refused): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `${url}${path} answers HTTP ${refused.status}${wordsOf(refused)}`);
