import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { VoltanaError } from '../../domain/errors.ts';
import { ApiError } from './api-error.ts';

/** Whose requests those without a key of their own are. */
export const DEFAULT_TENANT = 'default';
const LINE = /^(?:([\w.-]{1,64}):)?([\x21-\x39\x3b-\x7e]{8,512})$/;
const BEARER = /^Bearer +([\x21-\x7e]{1,512}) *$/i;

interface KnownKey {
  readonly tenant: string;
  readonly hash: Buffer;
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

const keyIn = (line: string, number: number, file: string): KnownKey => {
  const match = LINE.exec(line);
  // The line itself is a secret: the message only says where it is.
  const hint = 'Write one key per line, as name:key or key; keys have 8 to 512 printable characters, no spaces and no colons.';
  if (match === null) throw new VoltanaError('FILE_MALFORMED', `${file}, line ${number}: this is no API key`, { hint });
  return { tenant: match[1] ?? DEFAULT_TENANT, hash: hashOf(match[2]!) };
};

/** Keeps hashes only, so that a dump of the process tells no key. */
export class ApiKeys {
  readonly #known: readonly KnownKey[];

  /** @throws VoltanaError FILE_MALFORMED */
  constructor(text: string, file: string) {
    const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), number: i + 1 }));
    const said = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
    this.#known = said.map(({ line, number }) => keyIn(line, number, file));
    const hint = 'Write at least one key, or leave apiKeysFile out to serve without keys.';
    if (this.#known.length === 0) throw new VoltanaError('FILE_MALFORMED', `${file} holds no API key`, { hint });
  }

  /**
   * The tenant of an Authorization header. Takes the same time for every wrong key.
   * @throws ApiError 401
   */
  tenantOf(authorization: string | undefined): string {
    const key = BEARER.exec(authorization ?? '')?.[1];
    if (key === undefined) {
      throw new ApiError(401, 'an API key is needed: send it as "Authorization: Bearer KEY"', { code: 'missing_api_key' });
    }
    const hash = hashOf(key);
    let tenant: string | null = null;
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) tenant = known.tenant;
    if (tenant === null) throw new ApiError(401, 'this API key is not known here', { code: 'invalid_api_key' });
    return tenant;
  }
}

/** @throws VoltanaError FILE_UNREADABLE or FILE_MALFORMED */
export const readApiKeys = async (file: string): Promise<ApiKeys> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new VoltanaError('FILE_UNREADABLE', `the API keys ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return new ApiKeys(text, file);
};
