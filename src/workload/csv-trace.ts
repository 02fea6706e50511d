import { type CsvError, parse } from 'csv-parse/sync';
import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';
import { requestId } from './schedule.ts';

/** No model has a context near this: a larger number is a damaged file. */
const MAX_TOKENS = 10_000_000;

interface CsvRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** One line of a trace, read column by column. */
export interface TraceLine {
  text(column: number): string;
  /** A whole number of tokens, 1 or more. */
  tokens(column: number): number;
  /** A quote that stays short in a message, whatever the file holds. */
  quoted(column: number): string;
  fail(problem: string): never;
}

/** A trace as a CSV file: its exact header, and how one line is read. */
export interface TraceFormat<T> {
  /** With its article, for messages: "An Azure trace". */
  readonly what: string;
  readonly columns: readonly string[];
  readonly read: (line: TraceLine) => T;
}

const malformed = (format: TraceFormat<unknown>, fileName: string, line: number, problem: string, cause?: unknown): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${fileName}, line ${line}: ${problem}`, {
    hint: `${format.what} has the columns ${format.columns.join()} and one request a line; correct or remove the line.`,
    cause,
  });

const readCsv = (csvText: string, fileName: string, format: TraceFormat<unknown>): readonly CsvRow[] => {
  try {
    const options = { bom: true, info: true as const, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] };
    return parse(csvText, options) as unknown as readonly CsvRow[];
  } catch (error) {
    const { message, lines } = error as CsvError & { lines?: number };
    throw malformed(format, fileName, lines ?? 1, message, error);
  }
};

const lineOf = ({ record, info }: CsvRow, fileName: string, format: TraceFormat<unknown>): TraceLine => {
  const text = (column: number): string => record[column] ?? '';
  const quoted = (column: number): string => JSON.stringify(text(column).slice(0, 40));
  const fail = (problem: string): never => {
    throw malformed(format, fileName, info.lines, problem);
  };
  return {
    text,
    quoted,
    fail,
    tokens(column) {
      const value = /^\d+$/.test(text(column)) ? Number(text(column)) : 0;
      if (value >= 1 && value <= MAX_TOKENS) return value;
      return fail(`${format.columns[column]} must be a whole number from 1 to ${MAX_TOKENS}, got ${quoted(column)}`);
    },
  };
};

/**
 * Reads every line of a trace, in the file's order.
 * @throws VoltanaError FILE_MALFORMED naming the file and the line; also for a file without a request
 */
export function readTrace<T>(csvText: string, fileName: string, format: TraceFormat<T>): T[] {
  const [header, ...rows] = readCsv(csvText, fileName, format);
  const { columns } = format;
  if (header?.record.join() !== columns.join()) throw malformed(format, fileName, 1, `the header must be ${columns.join()}`);
  if (rows.length === 0) throw malformed(format, fileName, 2, 'the trace holds no request');
  return rows.map((row) => {
    const line = lineOf(row, fileName, format);
    if (row.record.length !== columns.length) line.fail(`${row.record.length} columns instead of ${columns.length}`);
    return format.read(line);
  });
}

/** Ascending by arrival, the earliest at 0, numbered; rows out of order are sorted. */
export const toRequests = (
  rows: readonly { readonly atMs: number; readonly promptTokens: number; readonly maxTokens: number }[],
): WorkloadRequest[] => {
  const sorted = rows.toSorted((a, b) => a.atMs - b.atMs);
  const startMs = sorted[0]?.atMs ?? 0;
  return sorted.map(({ atMs, promptTokens, maxTokens }, index) => ({
    id: requestId(index + 1),
    arrivalMs: atMs - startMs,
    promptTokens,
    maxTokens,
  }));
};
