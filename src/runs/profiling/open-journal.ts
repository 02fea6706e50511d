import { VoltanaError } from '../../domain/errors.ts';
import type { Store } from '../../ports/store.ts';
import { EMPTY_JOURNAL, journalHeader } from './journal-lines.ts';
import { journalFile, ProfileJournal, resumeJournal } from './journal.ts';
import type { ProfileOptions } from './options.ts';

export interface JournalPlace {
  /** The document's file; without one nothing is kept. */
  readonly output: string | undefined;
  /** A journal, or the document's file whose journal it is. */
  readonly resume: string | undefined;
}

export interface OpenedJournal {
  readonly journal: ProfileJournal;
  /** What people should know, in sentences. */
  readonly notes: readonly string[];
}

type Ports = { readonly store: Store; readonly exists: (file: string) => Promise<boolean> };

/** Points that took GPU time are not overwritten by whoever forgot to resume. */
async function moveAside(file: string, { store, exists }: Ports): Promise<string[]> {
  if (!(await exists(file))) return [];
  const aside = file.replace(/\.jsonl$/, '.previous.jsonl');
  await store.write(aside, await store.read(file));
  return [`an interrupted profile's points lay in ${file}; they are in ${aside} now (--resume ${aside} goes on with them instead)`];
}

/** @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED, or BAD_VALUE for the journal of another profile */
export async function openJournal(options: ProfileOptions, { output, resume }: JournalPlace, ports: Ports): Promise<OpenedJournal> {
  const header = journalHeader(options);
  if (resume !== undefined) {
    const file = journalFile(resume);
    const { journal, torn } = await resumeJournal(ports.store, file, header);
    return { journal, notes: torn ? [`the last line of ${file} was not whole and is dropped: its point is measured again`] : [] };
  }
  const file = output === undefined ? null : journalFile(output);
  const notes = file === null ? [] : await moveAside(file, ports);
  return { journal: new ProfileJournal(ports.store, file, header, EMPTY_JOURNAL), notes };
}

const quoted = (word: string): string => (/^[\w./:,=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

const withoutResume = (argv: readonly string[]): string[] =>
  argv.filter((word, i) => word !== '--resume' && argv[i - 1] !== '--resume' && !word.startsWith('--resume='));

/** The same error, with what was kept and how to go on; a bug stays as it is. */
export async function withWhatIsKept(error: unknown, journal: ProfileJournal, argv: readonly string[]): Promise<unknown> {
  const { file, points, problem } = await journal.kept();
  if (!(error instanceof VoltanaError) || error.kind === 'bug' || points === 0) return error;
  const lost = problem === null ? '' : ` ${problem.message}`;
  const hint =
    file === null
      ? `${error.hint} ${points} measured points are lost: only with --output they are kept.${lost}`
      : `${points} points are kept in ${file}. Go on with: voltana ${[...withoutResume(argv), '--resume', file].map(quoted).join(' ')}`;
  const first = error.kind === 'signal' || file === null ? '' : `${error.hint} `;
  return new VoltanaError(error.code, error.message, { hint: `${first}${hint}`, cause: error });
}
