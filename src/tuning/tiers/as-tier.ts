import type { LoadTier } from '../../domain/tuning-tiers.ts';
import type { Asking } from '../types.ts';

const NAMES: Readonly<Record<LoadTier, string>> = { batch: 'batch tier', together: 'both tiers on one fleet' };

/** The same search on the load of a tier. */
export function* asTier<T>(tier: LoadTier, asking: Asking<T>): Asking<T> {
  let turn = asking.next([]);
  while (!turn.done) {
    const { stage, tasks, requestsToCome } = turn.value;
    turn = asking.next(yield { stage: `${NAMES[tier]}: ${stage}`, tasks: tasks.map((task) => ({ ...task, tier })), requestsToCome });
  }
  return turn.value;
}
