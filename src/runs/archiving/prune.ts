import { VoltanaError } from '../../domain/errors.ts';
import type { RunEntry } from '../../ports/run-archive.ts';

/** Which runs are not worth their space any more. A run goes only if all that is given agrees. */
export interface PruneCriteria {
  /** The newest so many of those that the other criteria let go are kept. */
  readonly keep?: number | undefined;
  readonly olderThanDays?: number | undefined;
  /** Only those without a document. */
  readonly partial?: boolean | undefined;
}

const MS_PER_DAY = 86_400_000;

/** @throws VoltanaError BAD_FLAG where nothing says what is to go */
export function assertCriterion({ keep, olderThanDays, partial = false }: PruneCriteria): void {
  if (keep !== undefined || olderThanDays !== undefined || partial) return;
  throw new VoltanaError('BAD_FLAG', 'nothing says which runs are to be removed', {
    hint: 'Give --keep N, --older-than DAYS or --partial; with --dry-run nothing is removed.',
  });
}

/**
 * What is to be removed, oldest first. Never one whose process lives.
 * @param runs newest first
 * @param nowMs since 1970
 */
export function chosen(runs: readonly RunEntry[], criteria: PruneCriteria, nowMs: number): RunEntry[] {
  const { keep = 0, olderThanDays = 0, partial = false } = criteria;
  const isOld = ({ startedAt }: RunEntry): boolean => nowMs - Date.parse(startedAt) >= olderThanDays * MS_PER_DAY;
  const isMeant = ({ state }: RunEntry): boolean => !partial || state !== 'done';
  const over = runs.filter((run) => run.state !== 'running' && isMeant(run)).slice(keep);
  return over.filter((run) => olderThanDays === 0 || isOld(run)).reverse();
}
