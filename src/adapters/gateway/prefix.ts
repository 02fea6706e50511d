import { createHash } from 'node:crypto';
import { PREFIX_BLOCK_TOKENS } from '../../domain/request.ts';

/** Fixed, whatever the model: equal beginnings must be cut at equal places, also while the ratio is being learned. */
const BLOCK_BYTES = PREFIX_BLOCK_TOKENS * 4;
/** Longer prompts are told apart by what comes first. */
const MOST_BLOCKS = 256;
const HASH_CHARACTERS = 16;

const joined = (pieces: Iterable<string>): Buffer => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    const part = Buffer.from(`${piece}\u0000`);
    parts.push(part);
    bytes += part.length;
    if (bytes >= BLOCK_BYTES * MOST_BLOCKS) break;
  }
  return Buffer.concat(parts);
};

/** The hashes of a prompt's whole leading blocks, each over everything up to its end: see `PolicyRequest.prefix`. */
export const prefixOf = (pieces: Iterable<string>): string[] => {
  const bytes = joined(pieces);
  const hashes: string[] = [];
  let before = '';
  for (let end = BLOCK_BYTES; end <= bytes.length && hashes.length < MOST_BLOCKS; end += BLOCK_BYTES) {
    const block = bytes.subarray(end - BLOCK_BYTES, end);
    before = createHash('sha1').update(before).update(block).digest('base64').slice(0, HASH_CHARACTERS);
    hashes.push(before);
  }
  return hashes;
};
