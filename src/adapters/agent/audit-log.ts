import { appendFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEntry } from '../../domain/custody.ts';
import type { MakeFolder } from './make-folder.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const ROTATE_BYTES = 8 * 1024 * 1024;
/** Entries of so long are written at once: each writing takes a thread that a driver's call may be waiting for. */
const GATHER_MS = 1000;
/** Of entries that wait for a disk that does not answer. */
const MOST_WAITING = 1000;

export interface AuditLog {
  /** Returns at once and never throws: who gives clocks back does not wait for a disk. */
  add(entry: AuditEntry): void;
  /** Writes what waits, as far as that is possible. */
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly file: string;
  /** The first failure, and again the first one after a success. */
  readonly onProblem: (problem: string) => void;
  readonly rotateBytes?: number;
  readonly makeFolder: MakeFolder;
}

class FileAuditLog implements AuditLog {
  readonly #options: AuditLogOptions;
  #waiting: string[] = [];
  #lost = 0;
  #sizeBytes: number | null = null;
  #failing = false;
  #writing: Promise<void> | null = null;
  readonly #closing = new AbortController();

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  add(entry: AuditEntry): void {
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
      await sleep(GATHER_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
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
    this.#sizeBytes ??= await this.#open(file);
    if (this.#sizeBytes > 0 && this.#sizeBytes + Buffer.byteLength(text) > rotateBytes) {
      await rename(file, `${file}.1`);
      this.#sizeBytes = 0;
    }
    const lost = this.#lost === 0 ? '' : `${JSON.stringify({ lostEntries: this.#lost })}\n`;
    await appendFile(file, lost + text, { mode: FILE_MODE });
    this.#lost = 0;
    this.#sizeBytes += Buffer.byteLength(lost + text);
  }

  async #open(file: string): Promise<number> {
    await this.#options.makeFolder(dirname(file), FOLDER_MODE);
    return stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  }

  #tell(problem: string): void {
    if (!this.#failing) this.#options.onProblem(`the audit log ${this.#options.file} cannot be written: ${problem}`);
    this.#failing = true;
  }
}

/** One line of JSON per entry; a file that has grown too large becomes FILE.1, in the place of an earlier one. */
export const createAuditLog = (options: AuditLogOptions): AuditLog => new FileAuditLog(options);
