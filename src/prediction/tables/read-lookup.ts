import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import type { LinearTerm } from '../../domain/profile.ts';
import { MOST_BATCH, type Row } from '../calibration/tables/csv.ts';
import { LOOKUP_COLUMNS, type LookupRow, type LookupSubject, type LookupTable } from './lookup.ts';

/** Whether a header is the reference's; `r_2` may be missing. */
export const isLookup = (columns: readonly string[]): boolean =>
  LOOKUP_COLUMNS.every((column) => column === 'r_2' || columns.includes(column));

const MOST_CLOCK_MHZ = 10_000;
const MOST_VALUE = 1e9;
const MOST_TOKENS = 1e9;

function coefficient(row: Row, column: string): number {
  const text = row.text(column);
  const value = text === '' ? NaN : Number(text);
  if (Math.abs(value) <= MOST_VALUE) return value;
  throw row.reject(`${column} must be a number from -${MOST_VALUE} to ${MOST_VALUE}, got ${JSON.stringify(text.slice(0, 60))}`);
}

function clockOf(row: Row): number {
  const clockMhz = row.figure('freq');
  if (clockMhz <= MOST_CLOCK_MHZ) return clockMhz;
  throw row.reject(`freq ${clockMhz} is no clock in MHz`);
}

/** The smallest load of a stretch: there, and so everywhere, a line has to be above 0. */
function checkPositive(row: Row, { batch, term }: LookupRow, phase: Role): void {
  if (term.perToken < 0) throw row.reject(`coef_tokens ${term.perToken} is negative: more tokens would take less`);
  for (const rows of batch) {
    // A token for each request, and all tokens in one prompt.
    const value = term.perSequence * (phase === 'decode' ? rows : 1) + term.perToken * rows + term.constant;
    if (!(value > 0))
      throw row.reject(
        `the line gives ${value} at ${rows} ${phase === 'decode' ? 'requests of a token each' : 'tokens'}, which is not above 0`,
      );
  }
}

interface Placed extends LookupRow {
  readonly row: Row;
}

function readRow(row: Row, phase: Role): Placed {
  const most = phase === 'decode' ? MOST_BATCH : MOST_TOKENS;
  const batch = [row.count('bs_start', 0, most), row.count('bs_end', 1, most)] as const;
  const term: LinearTerm = {
    perSequence: coefficient(row, 'coef_bs'),
    perToken: coefficient(row, 'coef_tokens'),
    constant: coefficient(row, 'coef_intercept'),
  };
  if (row.text('r_2') !== '') coefficient(row, 'r_2');
  if (batch[0] > batch[1]) throw row.reject(`bs_start ${batch[0]} is above bs_end ${batch[1]}`);
  return { clockMhz: clockOf(row), batch, term, row };
}

/** Starts where the one below ends, or one after that: both ways of writing the same stretch are around. */
function joined(rows: readonly Placed[], phase: Role): LookupRow[] {
  return rows.map((each, i) => {
    const below = rows[i - 1];
    const endBelow = below?.clockMhz === each.clockMhz ? below.batch[1] : null;
    const start = endBelow === null ? Math.max(1, each.batch[0]) : endBelow + 1;
    const told = each.batch[0];
    if (endBelow !== null && told !== endBelow && told !== start) {
      throw each.row.reject(`bs_start ${told} does not follow bs_end ${endBelow} of the same clock: what lies between has no line, or two`);
    }
    if (start > each.batch[1]) throw each.row.reject(`what is up to ${each.batch[1]} has a line at this clock already`);
    const line = { clockMhz: each.clockMhz, batch: [start, each.batch[1]] as const, term: each.term };
    checkPositive(each.row, line, phase);
    return line;
  });
}

/**
 * A lookup table from the rows of its file.
 * @throws VoltanaError FILE_MALFORMED for what is none, or leaves batches of a clock without a line
 */
export function readLookup(rows: readonly Row[], columns: readonly string[], fileName: string, subject: LookupSubject): LookupTable {
  if (!isLookup(columns)) {
    throw new VoltanaError('FILE_MALFORMED', `${fileName} has not the columns of a lookup table`, {
      hint: `They are ${LOOKUP_COLUMNS.join()}.`,
    });
  }
  const placed = rows.map((row) => readRow(row, subject.phase)).sort((a, b) => a.clockMhz - b.clockMhz || a.batch[0] - b.batch[0]);
  return { ...subject, fileName, rows: joined(placed, subject.phase) };
}
