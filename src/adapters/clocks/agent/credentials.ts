import { readFileSync, statSync } from 'node:fs';
import { VoltanaError } from '../../../domain/errors.ts';

/** What a client shows an agent, and how it knows the agent. */
export interface AgentCredentials {
  /** Its only line is the token. */
  readonly tokenFile?: string | undefined;
  /** Of the CA that has signed the agent's certificate; the system's when left out. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

const OPEN_TO_OTHERS = 0o077;

const read = (what: string, file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new VoltanaError('FILE_UNREADABLE', `the ${what} ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
};

const readSecret = (what: string, file: string): Buffer => {
  const bytes = read(what, file);
  if ((statSync(file).mode & OPEN_TO_OTHERS) === 0) return bytes;
  throw new VoltanaError('NOT_PERMITTED', `the ${what} ${file} is not used: others may read it`, {
    hint: `Make it secret: chmod 600 ${file}`,
  });
};

/** @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED, NOT_PERMITTED for a file that others may read */
export const readToken = (tokenFile: string | undefined): string | null => {
  if (tokenFile === undefined) return null;
  const token = readSecret('token', tokenFile).toString('utf8').trim();
  if (/^[\x21-\x7e]{1,512}$/.test(token)) return token;
  throw new VoltanaError('FILE_MALFORMED', `${tokenFile} holds no token`, { hint: 'Write the token alone into the file, on one line.' });
};

/** @throws VoltanaError as `readToken` does, and BAD_VALUE for half of a pair */
export const readTls = ({ caFile, certFile, keyFile }: AgentCredentials): TlsMaterial => {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new VoltanaError('BAD_VALUE', 'a client certificate and its key belong together', {
      hint: 'Give both certFile and keyFile, or neither.',
    });
  return {
    ...(caFile === undefined ? {} : { ca: read('CA', caFile) }),
    ...(certFile === undefined ? {} : { cert: read('certificate', certFile) }),
    ...(keyFile === undefined ? {} : { key: readSecret('private key', keyFile) }),
  };
};
