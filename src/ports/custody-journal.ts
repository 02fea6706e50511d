import type { CustodyRecord } from '../domain/custody.ts';

/** Where a custodian writes down what it has locked, before it does: whoever starts next restores first. */
export interface CustodyJournal {
  /**
   * Null where there was none. What cannot be read is set aside, never lost, and told as `damaged`: then everything may
   * be locked.
   * @throws VoltanaError JOURNAL_FAILED where the place itself cannot be used
   */
  load(): Promise<{ readonly record: CustodyRecord | null; readonly damaged: string | null }>;
  /** Resolves when it would survive a power cut; otherwise the earlier one is there whole. @throws VoltanaError JOURNAL_FAILED */
  save(record: CustodyRecord): Promise<void>;
}
