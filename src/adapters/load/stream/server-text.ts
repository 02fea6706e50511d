import { oneLine } from '../../../domain/plain-text.ts';

/** Makes a server's words fit to be shown and written down. */
export type CleanText = (text: string) => string;

const HIDDEN = '***';
const MOST_CHARACTERS = 2000;
/** Shorter values of headers are no secrets, and would be found in the middle of words. */
const LEAST_SECRET = 4;

/** In a document that is quoted as it came, a key has its JSON form. */
const asWritten = (secret: string): string[] => [secret, JSON.stringify(secret).slice(1, -1)];

/** A header's value, and what follows the scheme in one such as `Bearer KEY`. */
const partsOf = (value: string): string[] => [value, value.slice(value.indexOf(' ') + 1)].filter(({ length }) => length >= LEAST_SECRET);

const secretsOf = (apiKey: string | null, headers: Readonly<Record<string, string>>): string[] => {
  const given = [apiKey === null ? [] : [`Bearer ${apiKey}`, apiKey], ...Object.values(headers).map(partsOf)].flat();
  const all = new Set(given.filter((one) => one !== '').flatMap(asWritten));
  return [...all].sort((a, b) => b.length - a.length);
};

/** Where a text was cut off in the middle of a secret, its end is the secret's beginning. */
const withoutCutEnd = (text: string, secret: string): string => {
  for (let length = Math.min(secret.length - 1, text.length); length >= LEAST_SECRET; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + HIDDEN;
  }
  return text;
};

/** Hides what only the server and we may know, in case it repeats it. Texts may have been cut off at their end, not elsewhere. */
export const cleanerFor = (apiKey: string | null, headers: Readonly<Record<string, string>>): CleanText => {
  const secrets = secretsOf(apiKey, headers);
  return (text) => {
    // A copy: a piece of a long text keeps all of it in memory.
    let clean = Buffer.from(text.slice(0, MOST_CHARACTERS)).toString();
    for (const secret of secrets) clean = clean.replaceAll(secret, HIDDEN);
    return oneLine(secrets.reduce(withoutCutEnd, clean));
  };
};

/** The beginning of a body, in one piece: so that nothing but its end is cut off. */
export class BodyStart {
  readonly #mostBytes: number;
  #start: Buffer = Buffer.alloc(0);

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  push(chunk: Buffer): void {
    const leftBytes = this.#mostBytes - this.#start.length;
    if (leftBytes > 0) this.#start = Buffer.concat([this.#start, chunk.subarray(0, leftBytes)]);
  }

  text(): string {
    return this.#start.toString('utf8');
  }
}
