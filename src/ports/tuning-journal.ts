import type { AuditEntry } from '../domain/live-tuning.ts';

/** How the live tuning before this one was left; null where nobody knows of any. */
export type TuningBefore = 'ended' | 'running' | 'killed' | null;

/** Where it is written down what live tuning did, and why. */
export interface TuningJournal {
  readonly file: string;
  readonly before: TuningBefore;
  /** Returns at once and never throws: who gives clocks back does not wait for a disk. */
  add(entries: readonly AuditEntry[]): void;
  /** Writes what waits, as far as that is possible. */
  close(): Promise<void>;
}
