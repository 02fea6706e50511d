import type { ListedRun } from '../domain/recorded-run.ts';
import type { DocumentHeader } from '../domain/run-record.ts';

/** A recorded run as a list shows it. */
export type RunEntry = ListedRun;

/**
 * The append-only journal of one run. What was appended reaches the disk within a second, whatever happens to the process
 * then; a torn last line is left out by whoever reads.
 */
export interface RunJournal {
  readonly id: string;
  readonly path: string;
  /** Never waits and never throws: a disk that fails is told by `failed`, once, and the run goes on without its journal. */
  append(entry: object): void;
  /** Everything appended so far is on the disk. @throws VoltanaError FILE_UNWRITABLE */
  flush(): Promise<void>;
  /** Resolves with the reason when the disk fails; never otherwise. */
  readonly failed: Promise<Error>;
  /** Writes the run's document beside it and closes the journal. @throws VoltanaError FILE_UNWRITABLE, the journal kept */
  finish(document: DocumentHeader<string>): Promise<void>;
  /** Closes it without a document: it stays as `partial`. Idempotent, also after `finish`. */
  close(): Promise<void>;
}

/** What a journal holds, read as a stream: memory does not grow with it. */
export interface JournalContents {
  readonly plan: object;
  /** After the plan, in the order in which they were appended. Throws VoltanaError FILE_MALFORMED at a line that is none, the last whole one read before it. */
  readonly entries: AsyncIterable<object>;
  /** Bytes of a last line that was not whole, and is left out. */
  readonly torn: number;
}

/** Of a run that is taken up. */
export interface ReopenedRun extends JournalContents {
  readonly journal: RunJournal;
  /** The same entries for those whose order means nothing: a line that is none is told, as an error that names it, and left out. */
  salvaged(damaged: (error: Error) => void): AsyncIterable<object>;
}

/** Where runs are kept. A RUN is named by its id, by the beginning of one that is the only one, by its folder, or by a file of a document. */
export interface RunArchive {
  readonly folder: string;
  /** Makes a run's folder and journal, with the plan as its first line, on the disk when it returns. @throws VoltanaError FILE_UNWRITABLE */
  begin(command: string, plan: object): Promise<RunJournal>;
  /**
   * Takes up a partial run.
   * @throws VoltanaError UNKNOWN_ID, FILE_MALFORMED, BAD_VALUE for one that is done or whose process lives
   */
  reopen(run: string): Promise<ReopenedRun>;
  /** Looks into a run's journal without taking it up, also while it goes on. @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE, FILE_MALFORMED */
  look(run: string): Promise<JournalContents & { readonly entry: RunEntry }>;
  /** Newest first. */
  list(): Promise<readonly RunEntry[]>;
  /** The document of a run, or of a file. @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE, FILE_MALFORMED */
  read(run: string): Promise<{ readonly text: string; readonly path: string }>;
  /** @throws VoltanaError BAD_VALUE for one whose process lives */
  remove(id: string): Promise<void>;
}
