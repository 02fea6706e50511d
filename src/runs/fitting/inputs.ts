import { basename } from 'node:path';
import { parseProfile } from '../../config/profile-document.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { ProfileDocument } from '../../domain/profile.ts';
import type { Store } from '../../ports/store.ts';
import { readRows, type Row } from '../../prediction/calibration/tables/csv.ts';
import { LOOKUP_COLUMNS } from '../../prediction/tables/lookup.ts';
import { isLookup } from '../../prediction/tables/read-lookup.ts';
import { measuredFormat, type MeasuredFormat } from '../../prediction/tables/measured.ts';
import { ITERATION_COLUMNS } from '../../prediction/calibration/tables/iterations.ts';

/** Its header is its first line. */
const JOURNAL_START = 200;

interface CsvFile {
  readonly file: string;
  /** Without its folder: what messages and provenance name. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** What a file turns out to be. */
export type Input =
  | { readonly kind: 'profile'; readonly file: string; readonly profile: ProfileDocument }
  | ({ readonly kind: 'lookup' } & CsvFile)
  | ({ readonly kind: 'measured'; readonly format: MeasuredFormat } & CsvFile);
export type InputOf<K extends Input['kind']> = Extract<Input, { readonly kind: K }>;

/** Bytes of a program or an archive are no table, and none of them belong into a message. */
const CONTROL = /[^\P{Cc}\t\r\n]/u;

function tableInput(text: string, file: string): Input {
  if (CONTROL.test(text))
    throw new VoltanaError('FILE_MALFORMED', `${file} is no text: it holds control bytes`, { hint: 'Save the table as CSV text.' });
  const name = basename(file);
  const csv: CsvFile = { file, name, ...readRows(text, name) };
  if (isLookup(csv.columns)) return { kind: 'lookup', ...csv };
  const format = measuredFormat(csv.columns);
  if (format) return { kind: 'measured', format, ...csv };
  throw new VoltanaError('FILE_MALFORMED', `${file}: no table that can be fitted has this header`, {
    hint: `For measurements of your own use the columns ${ITERATION_COLUMNS.join()}; a lookup table has ${LOOKUP_COLUMNS.join()}.`,
  });
}

/** An interrupted profile has no quality to speak of, and it can be ended: better that than half a fit. */
function checkNoJournal(text: string, file: string): void {
  if (!text.slice(0, JOURNAL_START).includes('"profile-journal"')) return;
  throw new VoltanaError('BAD_VALUE', `${file} is the journal of a profile that was interrupted`, {
    hint: `End it first: voltana profile --resume ${file} --output FILE.json measures what is missing and keeps what is there.`,
  });
}

/** Reads a file: a table where its name ends in .csv, a profile document otherwise. @throws VoltanaError of exit code 2 */
export async function readInput(file: string, store: Store): Promise<Input> {
  const text = await store.read(file);
  if (/\.csv$/i.test(file)) return tableInput(text, file);
  checkNoJournal(text, file);
  return { kind: 'profile', file, profile: parseProfile(text, file) };
}

const NAMES: Readonly<Record<Input['kind'], string>> = {
  profile: 'a profile',
  lookup: 'a lookup table',
  measured: 'a table of measurements',
};

/** Files of several kinds are no one fit. @throws VoltanaError BAD_VALUE */
export function checkOneKind(inputs: readonly Input[]): void {
  const [first] = inputs;
  const other = inputs.find(({ kind }) => kind !== first?.kind);
  if (!first || !other) return;
  throw new VoltanaError(
    'BAD_VALUE',
    `${other.file} is ${NAMES[other.kind]}, ${first.file} is ${NAMES[first.kind]}: they make no one fit`,
    {
      hint: 'Fit files of one kind at a time.',
    },
  );
}
