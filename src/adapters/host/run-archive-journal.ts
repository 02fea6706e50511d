import { utimes, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { DocumentHeader } from '../../domain/run-record.ts';
import type { RunJournal } from '../../ports/run-archive.ts';
import type { Store } from '../../ports/store.ts';
import { reasonOf } from './fs-store.ts';
import { SHOWS_EVERY_MS, type Claim } from './run-archive-owner.ts';
import { summaryOf } from './run-archive-summary.ts';

export const DOCUMENT = 'run.json';
export const JOURNAL = 'journal.jsonl';

/** Well within the second that a crash may cost. */
const WRITE_EVERY_MS = 250;
/** So much is written at once, whatever the time. */
const WRITE_AT_CHARACTERS = 1024 * 1024;
/** A disk that falls so far behind does not come back, and the memory is needed. */
const MOST_WAITING_CHARACTERS = 64 * 1024 * 1024;

interface Opened {
  readonly id: string;
  readonly path: string;
  /** Opened for appending. */
  readonly file: FileHandle;
  readonly claim: Claim;
  readonly store: Store;
}

/** See RunJournal. Entries gather for a quarter of a second; then they are written and synced together. */
export class FileRunJournal implements RunJournal {
  readonly id: string;
  readonly path: string;
  readonly failed: Promise<Error>;
  readonly #opened: Opened;
  readonly #shows: NodeJS.Timeout;
  #tellFailed: (error: Error) => void = () => undefined;
  #lines: string[] = [];
  #waiting = 0;
  #timer: NodeJS.Timeout | null = null;
  #last: Promise<void> = Promise.resolve();
  #isQueued = false;
  #problem: VoltanaError | null = null;
  #closing: Promise<void> | null = null;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.id = opened.id;
    this.path = opened.path;
    this.failed = new Promise((resolve) => (this.#tellFailed = resolve));
    this.#shows = setInterval(() => this.#show(), SHOWS_EVERY_MS).unref();
  }

  append(entry: object): void {
    if (this.#problem !== null || this.#closing !== null) return;
    try {
      const line = `${JSON.stringify(entry)}\n`;
      this.#lines.push(line);
      this.#waiting += line.length;
    } catch (error) {
      return this.#fail(error as Error);
    }
    if (this.#waiting > MOST_WAITING_CHARACTERS) this.#fail(new Error('the disk is too slow for what is to be kept'));
    else if (this.#waiting > WRITE_AT_CHARACTERS) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), WRITE_EVERY_MS).unref();
  }

  async flush(): Promise<void> {
    await this.#write();
    if (this.#problem !== null) throw this.#problem;
  }

  async finish(document: DocumentHeader<string>): Promise<void> {
    await this.#write();
    try {
      await this.#opened.store.write(join(dirname(this.path), DOCUMENT), `${JSON.stringify(document, null, 2)}\n`);
    } catch (error) {
      await this.close();
      throw error;
    }
    await this.#close(summaryOf(document));
  }

  close(): Promise<void> {
    return this.#close(null);
  }

  #close(summary: ReturnType<typeof summaryOf>): Promise<void> {
    this.#closing ??= this.#end(summary);
    return this.#closing;
  }

  async #end(summary: ReturnType<typeof summaryOf>): Promise<void> {
    clearInterval(this.#shows);
    await this.#write();
    await this.#opened.file.close().catch((error: unknown) => this.#fail(error as Error));
    await this.#opened.claim.end(summary);
  }

  /** Resolves when all that was appended before is on the disk, or never will be. One waits at most behind the one under way. */
  #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isQueued) return this.#last;
    this.#isQueued = true;
    this.#last = this.#last.then(() => this.#writeNow()).catch((error: unknown) => this.#fail(error as Error));
    return this.#last;
  }

  async #writeNow(): Promise<void> {
    this.#isQueued = false;
    if (this.#problem !== null) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#waiting = 0;
    const { file } = this.#opened;
    if (text !== '') {
      await file.appendFile(text);
      await file.datasync();
    }
    // Whoever removes the folder takes the file with it, and writing to what has no name any more never fails.
    if ((await file.stat()).nlink === 0) throw new Error('somebody has removed it');
  }

  #fail(cause: Error): void {
    if (this.#problem !== null) return;
    this.#problem = new VoltanaError('FILE_UNWRITABLE', `Cannot write ${this.path}: ${reasonOf(cause)}.`, { cause });
    this.#lines = [];
    this.#waiting = 0;
    this.#tellFailed(this.#problem);
  }

  #show(): void {
    const now = new Date();
    void utimes(this.#opened.claim.file, now, now).catch(() => undefined);
  }
}
