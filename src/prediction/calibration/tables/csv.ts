import { parse } from 'csv-parse/sync';
import { VoltanaError } from '../../../domain/errors.ts';

/** One line of a measurement table. Each reading throws a VoltanaError FILE_MALFORMED that names the line and the column. */
export interface Row {
  text(column: string): string;
  /** One of a few words. */
  oneOf<const Word extends string>(column: string, words: readonly Word[]): Word;
  /** A measured figure, above 0. */
  figure(column: string): number;
  /** As `figure`; null where the field is empty. */
  optionalFigure(column: string): number | null;
  /** A whole number from `least`, which is 1 unless told. */
  count(column: string, least?: number, most?: number): number;
  /** As `count`; `otherwise` where the field is empty. */
  optionalCount(column: string, otherwise: number): number;
  /** A row whose columns do not go together. */
  reject(problem: string): VoltanaError;
}

/** Beyond these no figure of a GPU lies, whatever its unit: a damaged number is told before it bends a fit. */
const LEAST_FIGURE = 1e-9;
const MOST_FIGURE = 1e9;
const MOST_COUNT = 1e9;
const LONGEST_QUOTE = 60;
/** Requests of one iteration: each is an object of its own for a while. */
export const MOST_BATCH = 65_536;

const quoted = (text: string): string => JSON.stringify(text.slice(0, LONGEST_QUOTE));

class CsvRow implements Row {
  readonly #record: Readonly<Record<string, string>>;
  readonly #place: string;

  constructor(record: Readonly<Record<string, string>>, place: string) {
    this.#record = record;
    this.#place = place;
  }

  text(column: string): string {
    return (this.#record[column] ?? '').trim();
  }

  oneOf<const Word extends string>(column: string, words: readonly Word[]): Word {
    const found = words.find((word) => word === this.text(column));
    if (found === undefined) throw this.#mustBe(column, words.join(' or '));
    return found;
  }

  figure(column: string): number {
    const value = this.#number(column);
    if (value >= LEAST_FIGURE && value <= MOST_FIGURE) return value;
    throw this.#mustBe(column, `a number from ${LEAST_FIGURE} to ${MOST_FIGURE}`);
  }

  optionalFigure(column: string): number | null {
    return this.text(column) === '' ? null : this.figure(column);
  }

  count(column: string, least = 1, most = MOST_COUNT): number {
    const value = this.#number(column);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.#mustBe(column, `a whole number from ${least} to ${most}`);
  }

  optionalCount(column: string, otherwise: number): number {
    return this.text(column) === '' ? otherwise : this.count(column, 0);
  }

  reject(problem: string): VoltanaError {
    return new VoltanaError('FILE_MALFORMED', `${this.#place}: ${problem}`);
  }

  #number(column: string): number {
    return this.text(column) === '' ? NaN : Number(this.text(column));
  }

  #mustBe(column: string, what: string): VoltanaError {
    return this.reject(`${column} must be ${what}, got ${quoted(this.text(column))}`);
  }
}

/** What the parser tells of a record: its fields by column, and the line that it ends on. */
interface Parsed {
  readonly record: Record<string, string>;
  readonly info: { readonly lines: number };
}

/**
 * Rows of a CSV file with a header line. Fields with commas may be quoted.
 * @throws VoltanaError FILE_MALFORMED where it is no such file, or has no rows
 */
export function readRows(csvText: string, fileName: string): { readonly columns: readonly string[]; readonly rows: readonly Row[] } {
  let columns: readonly string[] = [];
  let records: readonly Parsed[];
  try {
    records = parse(csvText, {
      bom: true,
      columns: (header: string[]) => (columns = header),
      info: true,
      skip_empty_lines: true,
    }) as unknown as Parsed[];
  } catch (error) {
    throw new VoltanaError('FILE_MALFORMED', `${fileName}: ${(error as Error).message}`, { cause: error });
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw new VoltanaError('FILE_MALFORMED', `${fileName}: two columns are called ${quoted(twice)}`);
  if (records.length === 0) {
    throw new VoltanaError('FILE_MALFORMED', `${fileName} has no rows`, { hint: 'Write a header line and one line for each measurement.' });
  }
  return { columns, rows: records.map(({ record, info }) => new CsvRow(record, `${fileName}, line ${info.lines}`)) };
}
