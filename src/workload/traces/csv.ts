import { parse } from 'csv-parse/sync';
import { MAX_TOKENS, quoted, type LineReader, type TraceSink } from './layout.ts';

/** One line of a table, read column by column. */
export interface TableLine {
  text(column: number): string;
  /** A whole number of tokens, `least` (1 when left out) or more. */
  tokens(column: number, least?: number): number;
  fail(problem: string): never;
}

/** Where each column stands, or what is wrong with the header. */
type Columns = readonly number[] | string;

export interface Table {
  readonly columns: (header: readonly string[]) => Columns;
  /** Names for messages, in the order in which `read` counts them. */
  readonly names: readonly string[];
  /** Other numbers of cells than the header has are a damaged line. */
  readonly read: (line: TableLine) => void;
}

const WHOLE = /^\d+$/;

/** Quotes are rare here and dear to read: only a line that has one goes through the parser. */
const cellsOf = (text: string, fail: (problem: string) => never): readonly string[] => {
  if (!text.includes('"')) return text.split(',');
  try {
    return parse(text, { relax_column_count: true })[0] as unknown as readonly string[];
  } catch {
    return fail('a quote stands where none may, or does not end');
  }
};

/** The columns of a header that must be exactly so. */
export const exactly =
  (names: readonly string[]) =>
  (header: readonly string[]): Columns =>
    header.join() === names.join() ? names.map((_, at) => at) : `the header must be ${names.join()}`;

/** The columns of a header by their names, whatever their case and order, others beside them. */
export const byName =
  (names: readonly string[]) =>
  (header: readonly string[]): Columns => {
    const known = header.map((name) => name.trim().toLowerCase());
    const missing = names.find((name) => !known.includes(name.toLowerCase()));
    return missing === undefined ? names.map((name) => known.indexOf(name.toLowerCase())) : `the header has no column ${missing}`;
  };

/** Reads a table whose first line names its columns. */
export class TableReader implements LineReader {
  readonly #sink: TraceSink;
  readonly #table: Table;
  readonly #line: TableLine;
  #columns: readonly number[] | null = null;
  #width = 0;
  #cells: readonly string[] = [];
  #number = 0;

  constructor(sink: TraceSink, table: (line: TraceSink) => Table) {
    this.#sink = sink;
    this.#table = table(sink);
    this.#line = this.#lineView();
  }

  line(text: string, number: number): void {
    if (text === '') return;
    this.#number = number;
    this.#cells = cellsOf(text, this.#fail);
    if (this.#columns === null) return this.#header();
    if (this.#cells.length !== this.#width) this.#fail(`${this.#cells.length} columns instead of ${this.#width}`);
    this.#table.read(this.#line);
  }

  end(): void {
    if (this.#columns === null) this.#sink.fail(1, 'the file is empty');
  }

  readonly #fail = (problem: string): never => this.#sink.fail(this.#number, problem);

  #header(): void {
    const columns = this.#table.columns(this.#cells);
    if (typeof columns === 'string') return this.#fail(columns);
    this.#columns = columns;
    this.#width = this.#cells.length;
  }

  #lineView(): TableLine {
    const text = (column: number): string => this.#cells[this.#columns![column]!]!;
    return {
      text,
      fail: this.#fail,
      tokens: (column, least = 1) => {
        const value = WHOLE.test(text(column)) ? Number(text(column)) : -1;
        if (value >= least && value <= MAX_TOKENS) return value;
        return this.#fail(
          `${this.#table.names[column]} must be a whole number from ${least} to ${MAX_TOKENS}, got ${quoted(text(column))}`,
        );
      },
    };
  }
}
