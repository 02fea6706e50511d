import { parse } from 'csv-parse/sync';
import { VoltanaError } from '../../../domain/errors.ts';

/** One line of a measurement table. */
export interface Row {
  text(column: string): string;
  /** A finite number. @throws VoltanaError FILE_MALFORMED with the line */
  number(column: string): number;
  /** Null where the field is empty. */
  optional(column: string): number | null;
}

const rowOf = (record: Record<string, string>, fileName: string, line: number): Row => {
  const text = (column: string): string => record[column] ?? '';
  const number = (column: string): number => {
    const value = text(column).trim() === '' ? NaN : Number(text(column));
    if (Number.isFinite(value)) return value;
    throw new VoltanaError('FILE_MALFORMED', `${fileName}, line ${line}: ${column} must be a number, got ${JSON.stringify(text(column))}`);
  };
  return { text, number, optional: (column) => (text(column).trim() === '' ? null : number(column)) };
};

/** Rows of a CSV file with a header line. Fields with commas may be quoted. */
export function readRows(csvText: string, fileName: string): { readonly columns: readonly string[]; readonly rows: readonly Row[] } {
  try {
    const records = parse(csvText, { bom: true, columns: true, skip_empty_lines: true }) as Record<string, string>[];
    return { columns: Object.keys(records[0] ?? {}), rows: records.map((record, index) => rowOf(record, fileName, index + 2)) };
  } catch (error) {
    throw new VoltanaError('FILE_MALFORMED', `${fileName}: ${(error as Error).message}`, { cause: error });
  }
}
