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

/** Ways besides a command in which somebody may end live tuning. */
export interface KillSwitch {
  /** Files whose existence kills. */
  readonly files: readonly string[];
  /** Why it is to end now; null while nobody wants that. Costs nothing. */
  readonly reason: string | null;
  /** One more file. @throws VoltanaError BAD_VALUE for a path that is not absolute */
  watch(file: string): void;
  /** A signal that came is forgotten; a file that is there still kills. */
  forget(): void;
}

/** What live tuning needs of the machine that it runs on. */
export interface TuningGround {
  readonly journal: TuningJournal;
  readonly killSwitch: KillSwitch;
  readonly pid: number;
}
