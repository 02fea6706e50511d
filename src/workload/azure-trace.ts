import type { WorkloadRequest } from '../domain/request.ts';
import { readTrace, toRequests, type TraceFormat } from './csv-trace.ts';
import { parseTimestamp, relativeMs, type Timestamp } from './timestamp.ts';

interface TraceRow {
  readonly at: Timestamp;
  readonly promptTokens: number;
  readonly maxTokens: number;
}

/** Azure LLM inference traces, 2023 layout: UTC times with up to 7 decimals. */
export const AZURE: TraceFormat<TraceRow> = {
  what: 'An Azure trace',
  columns: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'],
  read: (line) => ({
    at: parseTimestamp(line.text(0)) ?? line.fail(`TIMESTAMP must look like 2023-11-16 18:15:46.6805900, got ${line.quoted(0)}`),
    promptTokens: line.tokens(1),
    maxTokens: line.tokens(2),
  }),
};

/**
 * Reads an Azure LLM inference trace.
 * @returns ascending by arrival, the earliest at 0; rows out of order are sorted
 * @throws VoltanaError FILE_MALFORMED naming the file and the line
 */
export const parseAzureTrace = (csvText: string, fileName: string): WorkloadRequest[] => {
  const rows = readTrace(csvText, fileName, AZURE);
  const zero = (rows[0] as TraceRow).at;
  return toRequests(rows.map(({ at, ...lengths }) => ({ ...lengths, atMs: relativeMs(at, zero) })));
};
