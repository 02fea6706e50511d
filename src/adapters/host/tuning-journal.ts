import { open, type FileHandle } from 'node:fs/promises';
import type { AuditEntry } from '../../domain/live-tuning.ts';
import type { TuningBefore, TuningJournal } from '../../ports/tuning-journal.ts';
import { createLineLog } from './line-log.ts';

/** Enough to find the last word of a rollout. */
const TAIL_BYTES = 256 * 1024;

export interface TuningJournalOptions {
  readonly file: string;
  /** The first failure, and again the first one after a success. */
  readonly onProblem: (problem: string) => void;
  readonly rotateBytes?: number;
}

async function tailOf(file: string): Promise<string> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    await handle.close();
  }
}

const eventIn = (line: string): string | null => {
  try {
    const event = (JSON.parse(line) as { event?: unknown } | null)?.event;
    return typeof event === 'string' ? event : null;
  } catch {
    // A line that a crash cut short.
    return null;
  }
};

/** A kill outlives the gateway until somebody resumes; all else ends with `end`. */
export function beforeOf(text: string): TuningBefore {
  let before: TuningBefore = null;
  for (const line of text.split('\n')) {
    const event = eventIn(line);
    if (event === 'kill') before = 'killed';
    else if (event === 'resume') before = 'running';
    else if (event === 'end') before = before === 'killed' ? 'killed' : 'ended';
    else if (event !== null && before !== 'killed') before = 'running';
  }
  return before;
}

/** One line of JSON per entry, on the disk before the next is written: see `createLineLog`. */
export async function openTuningJournal({ file, onProblem, rotateBytes }: TuningJournalOptions): Promise<TuningJournal> {
  const before = beforeOf(`${await tailOf(`${file}.1`)}\n${await tailOf(file)}`);
  const log = createLineLog<AuditEntry & { readonly at: string }>({ file, onProblem, rotateBytes, synced: true });
  return {
    file,
    before,
    add: (entries) => {
      for (const entry of entries) log.add({ at: new Date().toISOString(), ...entry });
    },
    close: () => log.close(),
  };
}
