import { VoltanaError } from '../../domain/errors.ts';
import { counted } from '../../reporting/format.ts';
import { moveAside, readFree, type JournalPorts } from './free-journal.ts';
import { EMPTY_JOURNAL, journalHeader, type JournalHeader } from './journal-lines.ts';
import { journalFile, ProfileJournal, resumeJournal } from './journal.ts';
import type { ProfileGround } from './ground.ts';
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

/**
 * @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED, FILE_UNWRITABLE while another process writes it, or BAD_VALUE for
 * the journal of another profile and for what is no file
 */
export async function openJournal(
  options: ProfileOptions | ProfileGround,
  { output, resume }: JournalPlace,
  ports: JournalPorts,
): Promise<OpenedJournal> {
  const header = { ...journalHeader(options), writer: ports.processes.self };
  const opened = resume === undefined ? await anew(header, output, ports) : await again(header, journalFile(resume), ports);
  const claimed = await opened.journal.claim();
  // Two that resume in the same moment both found it free: the later name stands.
  const place = resume ?? output;
  if (place !== undefined) await readFree(journalFile(place), ports);
  if (claimed) return opened;
  throw new VoltanaError('FILE_UNWRITABLE', `Another profile has just begun and ended with ${journalFile(place!)}.`, {
    hint: 'Start it again, or give another --output.',
  });
}

/** For whoever opens it only after engines have started. @throws VoltanaError as `openJournal`, for what is known already */
export async function assertFree({ output, resume }: JournalPlace, ports: JournalPorts): Promise<void> {
  const place = resume ?? output;
  if (place === undefined) return;
  const text = await readFree(journalFile(place), ports);
  if (resume !== undefined && text === null) await ports.store.read(journalFile(resume));
}

async function anew(header: JournalHeader, output: string | undefined, ports: JournalPorts): Promise<OpenedJournal> {
  const file = output === undefined ? null : journalFile(output);
  const notes = file === null ? [] : await moveAside(file, ports);
  return { journal: new ProfileJournal(ports.store, file, header, EMPTY_JOURNAL), notes };
}

async function again(header: JournalHeader, file: string, ports: JournalPorts): Promise<OpenedJournal> {
  await readFree(file, ports);
  const { journal, torn } = await resumeJournal(ports.store, file, header);
  return { journal, notes: torn ? [`the last line of ${file} was not whole and is dropped: its point is measured again`] : [] };
}

const quoted = (word: string): string => (/^[\w./:,=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

const withoutResume = (argv: readonly string[]): string[] =>
  argv.filter((word, i) => word !== '--resume' && argv[i - 1] !== '--resume' && !word.startsWith('--resume='));

/** The same error, with what was kept and how to go on; a bug stays as it is. */
export async function withWhatIsKept(error: unknown, journal: ProfileJournal, argv: readonly string[]): Promise<unknown> {
  const { file, points, problem } = await journal.kept();
  await journal.discardIfEmpty();
  if (!(error instanceof VoltanaError) || error.kind === 'bug' || points === 0) return error;
  const lost = problem === null ? '' : ` ${problem.message}`;
  const are = points === 1 ? 'is' : 'are';
  const hint =
    file === null
      ? `${error.hint} ${counted(points, 'measured point')} ${are} lost: only with --output they are kept.${lost}`
      : `${counted(points, 'point')} ${are} kept in ${file}. Go on with: voltana ${[...withoutResume(argv), '--resume', file].map(quoted).join(' ')}`;
  const first = error.kind === 'signal' || file === null ? '' : `${error.hint} `;
  return new VoltanaError(error.code, error.message, { hint: `${first}${hint}`, cause: error });
}
