import type { WorkloadRequest } from '../domain/request.ts';
import { readTrace, toRequests, type TraceFormat } from './csv-trace.ts';

interface TraceRow {
  readonly atMs: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
}

/** Longer than any trace: a larger number is a damaged file. */
const MAX_MS = 1e12;

/** Mooncake's request traces as a table: ms since the start, lengths, and how many 512-token blocks the prompt's hashes were. */
export const MOONCAKE: TraceFormat<TraceRow> = {
  what: 'A Mooncake trace',
  columns: ['timestamp_ms', 'input_length_tokens', 'output_length_tokens', 'n_hash_blocks_512tok'],
  read: (line) => {
    const atMs = /^\d+$/.test(line.text(0)) ? Number(line.text(0)) : Infinity;
    if (atMs > MAX_MS) line.fail(`timestamp_ms must be a whole number of milliseconds, got ${line.quoted(0)}`);
    return { atMs, promptTokens: line.tokens(1), maxTokens: line.tokens(2) };
  },
};

/**
 * Reads a Mooncake trace.
 * @returns ascending by arrival, the earliest at 0; rows out of order are sorted
 * @throws VoltanaError FILE_MALFORMED naming the file and the line
 */
export const parseMooncakeTrace = (csvText: string, fileName: string): WorkloadRequest[] =>
  toRequests(readTrace(csvText, fileName, MOONCAKE));
