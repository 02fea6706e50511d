import { askYes, canAsk } from '../adapters/host/ask.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { createRunArchive } from '../adapters/host/run-archive.ts';
import { wallMs } from '../adapters/host/wall-clock.ts';
import { parseAnyDocument, type AnyDocument } from '../config/any-document.ts';
import type { ListedRun, PartialRun } from '../domain/recorded-run.ts';
import type { DocumentHeader } from '../domain/run-record.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { RunArchive } from '../ports/run-archive.ts';
import { partialRun } from '../runs/archiving/partial.ts';
import { assertCriterion, chosen, type PruneCriteria } from '../runs/archiving/prune.ts';

/** The runs of this user on this machine. */
const runArchive = (): RunArchive => createRunArchive();

/** Nothing is drawn where runs are looked at. */
const NO_SEED = 0;

/** Of what is said of runs. */
export const runsHeader = <K extends string>(kind: K, argv: readonly string[]): DocumentHeader<K> => ({
  schemaVersion: 1,
  kind,
  ...headerFields(argv, NO_SEED),
  evidence: 'measured',
});

export const recordedRuns = async (): Promise<{ readonly folder: string; readonly runs: readonly ListedRun[] }> => {
  const archive = runArchive();
  return { folder: archive.folder, runs: await archive.list() };
};

export type ShownRun =
  | { readonly kind: 'done'; readonly text: string; readonly path: string; readonly document: AnyDocument }
  | { readonly kind: 'partial'; readonly partial: PartialRun };

const HAS_NONE: readonly string[] = ['running', 'partial', 'damaged'];

/** A done run, or a file of a document; of any other run what its journal holds. @throws VoltanaError as `RunArchive.read` and `look` do */
export async function shownRun(run: string): Promise<ShownRun> {
  const archive = runArchive();
  try {
    const { text, path } = await archive.read(run);
    return { kind: 'done', text, path, document: parseAnyDocument(text, path) };
  } catch (error) {
    if (!(error instanceof VoltanaError) || error.code !== 'FILE_UNREADABLE') throw error;
    const looked = await archive.look(run).catch(() => null);
    if (looked === null || !HAS_NONE.includes(looked.entry.state)) throw error;
    return { kind: 'partial', partial: await partialRun(looked) };
  }
}

export interface Pruned {
  readonly folder: string;
  readonly removed: readonly ListedRun[];
  readonly kept: number;
}

/** What a prune would remove. @throws VoltanaError BAD_FLAG without a criterion */
export async function planPrune(criteria: PruneCriteria): Promise<Pruned> {
  assertCriterion(criteria);
  const { folder, runs } = await recordedRuns();
  const removed = chosen(runs, criteria, wallMs());
  return { folder, removed, kept: runs.length - removed.length };
}

/** @throws VoltanaError BAD_FLAG where nobody can be asked and nobody has said yes */
export async function isPruneAllowed({ removed }: Pruned, question: string, { yes }: { readonly yes: boolean }): Promise<boolean> {
  if (yes || removed.length === 0) return true;
  if (canAsk()) return askYes(question);
  throw new VoltanaError('BAD_FLAG', 'nobody can be asked here whether these runs may be removed', {
    hint: 'Add --yes, or --dry-run to see what would be removed.',
  });
}

/** Removes what was planned; one that somebody took up meanwhile stays. */
export async function prune({ folder, removed, kept }: Pruned): Promise<Pruned> {
  const archive = runArchive();
  const gone: ListedRun[] = [];
  for (const run of removed) {
    const isGone = await archive.remove(run.id).then(
      () => true,
      (error: unknown) => {
        if (error instanceof VoltanaError && error.kind === 'user') return false;
        throw error;
      },
    );
    if (isGone) gone.push(run);
  }
  return { folder, removed: gone, kept: kept + removed.length - gone.length };
}
