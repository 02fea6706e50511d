import { createHash, randomBytes } from 'node:crypto';

/** SHA-256 of pieces of text, one after another, in hex. */
export const digestOf = (pieces: Iterable<string>): string => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};

const SALT_BYTES = 4;

/** A short text that no other run has, almost certainly. */
export const newSalt = (): string => randomBytes(SALT_BYTES).toString('hex');
