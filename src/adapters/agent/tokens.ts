import { createHash, timingSafeEqual } from 'node:crypto';
import type { AgentRole } from '../../domain/agent-wire.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Caller } from './caller.ts';
import { Refusal } from './refusal.ts';

const LINE = /^([\w.-]{1,64}):(holder|operator):(?:sha256:([0-9a-fA-F]{64})|([\x21-\x39\x3b-\x7e]{16,512}))$/;
const BEARER = /^Bearer +([\x21-\x7e]{1,512}) *$/i;
const HINT =
  'Write lines as name:holder:TOKEN or name:operator:sha256:HEX; a token has 16 to 512 printable characters, no spaces and no colons.';

interface KnownToken extends Caller {
  readonly hash: Buffer;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The line itself is a secret: an error says only where it is. */
const tokenIn = (line: string, number: number, file: string): KnownToken => {
  const match = LINE.exec(line);
  if (match === null) throw new VoltanaError('FILE_MALFORMED', `${file}, line ${number}: this is no token`, { hint: HINT });
  const [, name, role, hex, token] = match;
  return { identity: `token ${name}`, role: role as AgentRole, hash: hex === undefined ? hashOf(token!) : Buffer.from(hex, 'hex') };
};

const refused = (message: string): Refusal =>
  new Refusal(
    401,
    new VoltanaError('NOT_PERMITTED', message, {
      hint: 'Send a token of the agent\'s tokens file as "Authorization: Bearer TOKEN" (--token-file).',
    }),
    { 'www-authenticate': 'Bearer' },
  );

/** Keeps hashes only, so that a dump of the process tells no token. */
export class Tokens {
  readonly #known: readonly KnownToken[];

  /** @throws VoltanaError FILE_MALFORMED */
  constructor(text: string, file: string) {
    const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), number: i + 1 }));
    this.#known = lines.filter(({ line }) => line !== '' && !line.startsWith('#')).map(({ line, number }) => tokenIn(line, number, file));
    if (this.#known.length === 0) throw new VoltanaError('FILE_MALFORMED', `${file} holds no token`, { hint: HINT });
  }

  /** Takes the same time for every wrong token. @throws Refusal 401 */
  callerOf(authorization: string | undefined): Caller {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused('this agent wants a token');
    const hash = hashOf(token);
    let caller: Caller | null = null;
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) caller = known;
    if (caller === null) throw refused('this agent does not know the token');
    return { identity: caller.identity, role: caller.role };
  }
}
