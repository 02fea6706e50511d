import { type CsvError, parse } from 'csv-parse/sync';
import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';
import { requestId } from './schedule.ts';
import { parseTimestamp, relativeMs, type Timestamp } from './timestamp.ts';

const COLUMNS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const;
/** No model has a context near this: a larger number is a damaged file. */
const MAX_TOKENS = 10_000_000;

interface CsvRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

interface TraceRow {
  readonly at: Timestamp;
  readonly promptTokens: number;
  readonly maxTokens: number;
}

const malformed = (fileName: string, line: number, problem: string, cause?: unknown): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${fileName}, line ${line}: ${problem}`, {
    hint: `An Azure trace has the columns ${COLUMNS.join(',')} and one request a line; correct or remove the line.`,
    cause,
  });

const readCsv = (csvText: string, fileName: string): readonly CsvRow[] => {
  try {
    const options = { bom: true, info: true as const, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] };
    return parse(csvText, options) as unknown as readonly CsvRow[];
  } catch (error) {
    const { message, lines } = error as CsvError & { lines?: number };
    throw malformed(fileName, lines ?? 1, message, error);
  }
};

/** A quote stays short in a message, whatever the file holds. */
const quoted = (text: string | undefined): string => JSON.stringify((text ?? '').slice(0, 40));

const readRow = ({ record, info }: CsvRow, fileName: string): TraceRow => {
  const fail = (problem: string): never => {
    throw malformed(fileName, info.lines, problem);
  };
  const tokensOf = (text: string | undefined, name: string): number => {
    const value = /^\d+$/.test(text ?? '') ? Number(text) : 0;
    return value >= 1 && value <= MAX_TOKENS ? value : fail(`${name} must be a whole number from 1 to ${MAX_TOKENS}, got ${quoted(text)}`);
  };
  if (record.length !== COLUMNS.length) fail(`${record.length} columns instead of ${COLUMNS.length}`);
  return {
    at: parseTimestamp(record[0] ?? '') ?? fail(`TIMESTAMP must look like 2023-11-16 18:15:46.6805900, got ${quoted(record[0])}`),
    promptTokens: tokensOf(record[1], COLUMNS[1]),
    maxTokens: tokensOf(record[2], COLUMNS[2]),
  };
};

/**
 * Reads an Azure LLM inference trace (2023 layout, UTC times with up to 7 decimals).
 * @returns ascending by arrival, the earliest at 0; rows out of order are sorted
 * @throws VoltanaError FILE_MALFORMED naming the file and the line
 */
export const parseAzureTrace = (csvText: string, fileName: string): WorkloadRequest[] => {
  const [header, ...rows] = readCsv(csvText, fileName);
  if (header?.record.join() !== COLUMNS.join()) throw malformed(fileName, 1, `the header must be ${COLUMNS.join()}`);
  const first = rows[0];
  if (first === undefined) throw malformed(fileName, 2, 'the trace holds no request');
  const parsed = rows.map((row) => readRow(row, fileName));
  const zero = (parsed[0] as TraceRow).at;
  const timed = parsed.map((row) => ({ ...row, offsetMs: relativeMs(row.at, zero) })).sort((a, b) => a.offsetMs - b.offsetMs);
  const startMs = timed[0]?.offsetMs ?? 0;
  return timed.map(({ offsetMs, promptTokens, maxTokens }, index) => ({
    id: requestId(index + 1),
    arrivalMs: offsetMs - startMs,
    promptTokens,
    maxTokens,
  }));
};
