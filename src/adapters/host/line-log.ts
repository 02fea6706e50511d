import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolders } from './make-folders.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const ROTATE_BYTES = 8 * 1024 * 1024;
/** Of entries that wait for a disk that does not answer. */
const MOST_WAITING = 1000;

/** Where entries are written down, one line of JSON each. */
export interface LineLog<T extends object> {
  /** Returns at once and never throws: who gives clocks back does not wait for a disk. */
  add(entry: T): void;
  /** Writes what waits, as far as that is possible. */
  close(): Promise<void>;
}

export interface LineLogOptions {
  readonly file: string;
  /** The first failure, and again the first one after a success. */
  readonly onProblem: (problem: string) => void;
  readonly rotateBytes?: number | undefined;
  /** Entries of so long are written at once: each writing takes a thread that a driver's call may be waiting for. */
  readonly gatherMs?: number;
  /** Whether what is written is on the disk before the next is. */
  readonly synced?: boolean;
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

class FileLineLog<T extends object> implements LineLog<T> {
  readonly #options: LineLogOptions;
  readonly #closing = new AbortController();
  #waiting: string[] = [];
  #lost = 0;
  #failing = false;
  #writing: Promise<void> | null = null;

  constructor(options: LineLogOptions) {
    this.#options = options;
  }

  add(entry: T): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(JSON.stringify(entry));
    else this.#lost += 1;
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
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

  async #gather(): Promise<void> {
    const { gatherMs = 0 } = this.#options;
    if (gatherMs > 0) await sleep(gatherMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  async #append(text: string): Promise<void> {
    const { file, rotateBytes = ROTATE_BYTES, synced = false } = this.#options;
    await makeFolders(dirname(file), FOLDER_MODE);
    const sizeBytes = await sizeOf(file);
    if (sizeBytes > 0 && sizeBytes + Buffer.byteLength(text) > rotateBytes) await rename(file, `${file}.1`);
    const handle = await open(file, 'a', FILE_MODE);
    try {
      await handle.appendFile(this.#lost === 0 ? text : `${JSON.stringify({ lostEntries: this.#lost })}\n${text}`);
      this.#lost = 0;
      if (synced) await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  #tell(problem: string): void {
    if (!this.#failing) this.#options.onProblem(`the audit log ${this.#options.file} cannot be written: ${problem}`);
    this.#failing = true;
  }
}

/** One line of JSON per entry, for the owner alone; a file that has grown too large becomes FILE.1, in the place of an earlier one. */
export const createLineLog = <T extends object>(options: LineLogOptions): LineLog<T> => new FileLineLog<T>(options);
