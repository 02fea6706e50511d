import type { RunRecord } from '../../domain/run-record.ts';
import { COLUMNS, type Cell } from './csv-columns.ts';
import type { Result } from './findings.ts';

/** RFC 4180: quotes around what would otherwise be read as a border, and doubled within. */
const cellText = (cell: Cell | undefined): string => {
  const text = String(cell ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const rowText = (cells: readonly (Cell | undefined)[]): string => `${cells.map(cellText).join(',')}\r\n`;

const runsIn = (result: Result): [which: string, run: RunRecord][] =>
  result.kind === 'run'
    ? [['run', result]]
    : [
        ['baseline', result.baseline],
        ['candidate', result.candidate],
      ];

/** A header and one row per run, which goes by its name; what is not known is an empty cell. RFC 4180. */
export const csvOfRuns = (runs: readonly (readonly [which: string, run: RunRecord])[]): string =>
  [['which', ...COLUMNS.map(({ name }) => name)], ...runs.map(([which, run]) => [which, ...COLUMNS.map(({ of }) => of(run))])]
    .map(rowText)
    .join('');

/** The same of one result. */
export const csvOf = (result: Result): string => csvOfRuns(runsIn(result));
