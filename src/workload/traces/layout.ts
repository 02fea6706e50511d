import type { TraceFormat } from '../../domain/trace-statistics.ts';
import type { Timestamp } from '../timestamp.ts';

/** No model has a context near this: a larger number is a damaged file. */
export const MAX_TOKENS = 10_000_000;
/** Longer than any trace: a larger number is a damaged file. */
export const MAX_MS = 1e12;

/** What the reader of one file tells. */
export interface TraceSink {
  /** 0 for the first of several. */
  readonly fileIndex: number;
  /** @param atMs any zero, the same for all files of an import */
  add(atMs: number, promptTokens: number, maxTokens: number, prefix?: readonly string[]): void;
  /** A request that did no work; the reason as a plural: "failed requests". */
  drop(reason: string): void;
  /** What to know of the result; told once. */
  note(text: string): void;
  /** Nobody wrote down when the requests came. */
  untimed(): void;
  /** Times mean what they say: they are not counted from the earliest. */
  fromZero(): void;
  /** The very first time of an import, which all others are counted from. */
  origin(at: Timestamp): Timestamp;
  /** A name for a block of a prefix that no other block has. */
  newBlock(): string;
  /** Of several layouts in one shape of file: this one it is. */
  is(layout: LayoutText): void;
  /** Requests so far in this file. */
  readonly count: number;
  /** @throws VoltanaError FILE_MALFORMED naming the file and the line */
  fail(line: number, problem: string): never;
}

/** Reads one file, line by line. */
export interface LineReader {
  /** @param number counted from 1 */
  line(text: string, number: number): void;
  end(lines: number): void;
}

/** For messages: what it is, with its article, and how it looks. */
export interface LayoutText {
  readonly format: TraceFormat;
  /** "An Azure trace". */
  readonly what: string;
  /** "has the columns A,B and one request a line". */
  readonly looks: string;
}

/** One kind of file. */
export interface Layout extends LayoutText {
  /** Whether a file that begins with this line is one; `value` is the line as a JSON object, where it is one. */
  begins(line: string, value: Readonly<Record<string, unknown>> | null): boolean;
  open(sink: TraceSink): LineReader;
}

/** A quote that stays short in a message, whatever the file holds. */
export const quoted = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : (JSON.stringify(value) ?? 'nothing');
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
};

export const isTokens = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_TOKENS;
