import { PREFIX_BLOCK_TOKENS } from '../../domain/request.ts';
import { Fields, jsonLines } from './json-lines.ts';
import type { Layout, TraceSink } from './layout.ts';

const isHash = (value: unknown): value is number | string => Number.isSafeInteger(value) || (typeof value === 'string' && value !== '');

/**
 * Names for blocks by all that comes before them: an id that follows other blocks is another block. No hash that could collide: a
 * name stands for a block and the name before it.
 */
const chains = (newBlock: () => string) => {
  const names = new Map<string, string>();
  const nameOf = (key: string): string => {
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = newBlock();
    names.set(key, name);
    return name;
  };
  return (hashes: readonly (number | string)[]): string[] => {
    let before = '';
    return hashes.map((hash) => (before = nameOf(`${before}/${hash}`)));
  };
};

const open = (sink: TraceSink) => {
  const chained = chains(sink.newBlock);
  return jsonLines(sink, (value, line) => {
    const fields = new Fields(value, (problem) => sink.fail(line, problem));
    const promptTokens = fields.tokens('input_length');
    const hashes = fields.list('hash_ids', isHash, 'block ids');
    // The last id is of a block that the prompt does not fill: nobody can share more of it than there is.
    const whole = hashes?.slice(0, Math.floor(promptTokens / PREFIX_BLOCK_TOKENS));
    sink.add(fields.ms('timestamp'), promptTokens, fields.tokens('output_length'), whole && chained(whole));
  });
};

/** Mooncake's request traces as JSON lines: ms since the start, lengths, and an id for each 512-token block of the prompt. */
export const MOONCAKE_BLOCKS: Layout = {
  format: 'mooncake',
  what: 'A Mooncake trace',
  looks: 'has one JSON object a line with timestamp (ms), input_length, output_length and hash_ids',
  begins: (_, value) => value !== null && 'timestamp' in value && 'input_length' in value,
  open,
};
