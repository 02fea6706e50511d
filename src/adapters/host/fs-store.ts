import { open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Store } from '../../ports/store.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
};

const reasonOf = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
};

const read = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new VoltanaError('FILE_UNREADABLE', `Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
  }
};

const writeSynced = async (path: string, text: string, mode: number): Promise<void> => {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

let temporaries = 0;

const replace = async (path: string, text: string, mode: number): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${(temporaries += 1)}.tmp`);
  try {
    await writeSynced(temporary, text, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** A pipe or device (/dev/stdout) is written to, never replaced; a link keeps pointing where it did. */
const writeAny = async (path: string, text: string): Promise<void> => {
  const target = await stat(path).catch(() => null);
  if (target === null) return replace(path, text, 0o666);
  if (target.isFile()) return replace(await realpath(path), text, target.mode);
  return writeFile(path, text);
};

const write = async (path: string, text: string): Promise<void> => {
  try {
    await writeAny(path, text);
  } catch (cause) {
    throw new VoltanaError('FILE_UNWRITABLE', `Cannot write ${path}: ${reasonOf(cause)}.`, { cause });
  }
};

/** Documents as UTF-8 files. Throws FILE_UNREADABLE and FILE_UNWRITABLE, both naming the path. */
export const fileStore = (): Store => ({ read, write });
