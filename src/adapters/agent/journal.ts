import { randomBytes } from 'node:crypto';
import { constants, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustodyRecord, HeldDevice } from '../../domain/custody.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { CustodyJournal } from '../../ports/custody-journal.ts';
import type { MakeFolder } from './make-folder.ts';
import { assertTrustedFolder } from './trust.ts';

const NAME = 'journal.json';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const FORMAT = 1;
/** Room for thousands of devices. */
const MOST_BYTES = 16 * 1024 * 1024;
const FAMILIES = ['nvml', 'amdgpu', 'cpufreq'];
const TEXTS = ['id', 'domain', 'holder', 'identity', 'before', 'since'] as const;

const isHeld = (value: unknown): value is HeldDevice => {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<HeldDevice>;
  return FAMILIES.includes(fields.family ?? '') && TEXTS.every((key) => typeof fields[key] === 'string');
};

/** @throws Error that says what is wrong with the text */
const parse = (text: string): CustodyRecord => {
  const { format, epoch, held } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) throw new Error(`its format is ${String(format)}, not ${FORMAT}`);
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) throw new Error('it has no epoch');
  if (!Array.isArray(held) || !held.every(isHeld)) throw new Error('it has no list of held devices');
  return { epoch: epoch as number, held };
};

const failed = (what: string, path: string, cause: unknown): VoltanaError => {
  if (cause instanceof VoltanaError) return new VoltanaError('JOURNAL_FAILED', cause.message, { hint: cause.hint });
  return new VoltanaError('JOURNAL_FAILED', `cannot ${what} ${path}: ${(cause as Error).message}`, { cause });
};

/** Names in a folder survive a power cut only when the folder itself is synced. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeSynced = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

class FileJournal implements CustodyJournal {
  readonly #folder: string;
  readonly #path: string;
  readonly #make: MakeFolder;
  /** Records are written one after another: the last one asked for is the last one there. */
  #last: Promise<void> = Promise.resolve();
  #hasFolder = false;

  constructor(folder: string, makeFolder: MakeFolder) {
    this.#folder = folder;
    this.#make = makeFolder;
    this.#path = join(folder, NAME);
  }

  async load(): Promise<{ readonly record: CustodyRecord | null; readonly damaged: string | null }> {
    const file = await this.#open();
    if (file === null) return { record: null, damaged: null };
    try {
      return { record: parse(await this.#read(file)), damaged: null };
    } catch (error) {
      if (error instanceof VoltanaError) throw error;
      return { record: null, damaged: await this.#setAside((error as Error).message) };
    } finally {
      await file.close();
    }
  }

  save(record: CustodyRecord): Promise<void> {
    const saved = this.#last.then(() => this.#replace(record));
    this.#last = saved.catch(() => undefined);
    return saved;
  }

  async #open(): Promise<FileHandle | null> {
    try {
      await this.#makeFolder();
      // A pipe that nobody writes to would not even be opened.
      return await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw failed('read', this.#path, error);
    }
  }

  /** @throws Error for what cannot be a journal, VoltanaError JOURNAL_FAILED for what the disk refuses */
  async #read(file: FileHandle): Promise<string> {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is no file');
    if (stats.size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    return file.readFile('utf8').catch((error: unknown) => {
      throw failed('read', this.#path, error);
    });
  }

  /** Once: a folder that vanishes under us is a failure. */
  async #makeFolder(): Promise<void> {
    if (this.#hasFolder) return;
    await this.#make(this.#folder, FOLDER_MODE);
    await assertTrustedFolder(this.#folder);
    this.#hasFolder = true;
  }

  async #setAside(problem: string): Promise<string> {
    const aside = `${this.#path}.damaged-${randomBytes(4).toString('hex')}`;
    try {
      await rename(this.#path, aside);
      await syncFolder(this.#folder);
    } catch (error) {
      throw failed('set aside', this.#path, error);
    }
    return `${this.#path} cannot be used (${problem}); it is kept as ${aside}`;
  }

  async #replace(record: CustodyRecord): Promise<void> {
    const temporary = `${this.#path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await this.#makeFolder();
      await writeSynced(temporary, `${JSON.stringify({ format: FORMAT, ...record }, null, 1)}\n`);
      await rename(temporary, this.#path);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw failed('write', this.#path, error);
    }
  }
}

/**
 * A journal in one file of a folder of its own, which is made when it is not there. Each record replaces the file whole.
 * Throws JOURNAL_FAILED for what the file system refuses, and where others may write the folder.
 */
export const createFileJournal = (folder: string, makeFolder: MakeFolder): CustodyJournal => new FileJournal(folder, makeFolder);
