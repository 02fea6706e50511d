import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditEntry } from '../../domain/live-tuning.ts';
import type { TuningBefore, TuningJournal } from '../../ports/tuning-journal.ts';
import { makeFolders } from './make-folders.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const ROTATE_BYTES = 8 * 1024 * 1024;
/** Enough to find the last word of a rollout. */
const TAIL_BYTES = 256 * 1024;
/** Of entries that wait for a disk that does not answer. */
const MOST_WAITING = 1000;

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

class FileJournal implements TuningJournal {
  readonly file: string;
  readonly before: TuningBefore;
  readonly #options: TuningJournalOptions;
  #waiting: string[] = [];
  #lost = 0;
  #failing = false;
  #writing: Promise<void> | null = null;

  constructor(options: TuningJournalOptions, before: TuningBefore) {
    this.file = options.file;
    this.before = before;
    this.#options = options;
  }

  add(entries: readonly AuditEntry[]): void {
    for (const entry of entries) {
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(JSON.stringify({ at: new Date().toISOString(), ...entry }));
      else this.#lost++;
    }
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  async close(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0);
      try {
        await this.#append(`${lines.join('\n')}\n`);
        this.#failing = false;
      } catch (error) {
        this.#lost += lines.length;
        this.#tell((error as Error).message);
      }
    }
  }

  async #append(text: string): Promise<void> {
    const { file, rotateBytes = ROTATE_BYTES } = this.#options;
    await makeFolders(dirname(file), FOLDER_MODE);
    const sizeBytes = await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
    if (sizeBytes > 0 && sizeBytes + Buffer.byteLength(text) > rotateBytes) await rename(file, `${file}.1`);
    const handle = await open(file, 'a', FILE_MODE);
    try {
      await handle.appendFile(this.#lost === 0 ? text : `${JSON.stringify({ lostEntries: this.#lost })}\n${text}`);
      this.#lost = 0;
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  #tell(problem: string): void {
    if (!this.#failing) this.#options.onProblem(`the audit log ${this.file} cannot be written: ${problem}`);
    this.#failing = true;
  }
}

/** One line of JSON per entry, on the disk before the next is written; a file that has grown too large becomes FILE.1, in the place of an earlier one. */
export const openTuningJournal = async (options: TuningJournalOptions): Promise<TuningJournal> =>
  new FileJournal(options, beforeOf(`${await tailOf(`${options.file}.1`)}\n${await tailOf(options.file)}`));
