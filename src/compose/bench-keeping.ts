import type { DocumentHeader } from '../domain/run-record.ts';
import type { RunJournal } from '../ports/run-archive.ts';

export interface KeepingHooks {
  readonly note: (text: string) => void;
  /** Told of the id under which it is kept. */
  readonly kept: (id: string) => void;
}

/**
 * Writes a run's document beside its journal. Where that fails, the run has its result nevertheless: it is printed, and written
 * to the files that were asked for.
 * @returns why it is not kept; null where it is
 */
export async function keep(
  journal: Pick<RunJournal, 'id' | 'finish'>,
  document: DocumentHeader<string>,
  { note, kept }: KeepingHooks,
): Promise<Error | null> {
  try {
    await journal.finish(document);
    kept(journal.id);
    return null;
  } catch (error) {
    note(`The result of this run (${journal.id}) is not kept among the recorded runs: ${(error as Error).message}`);
    return error as Error;
  }
}
