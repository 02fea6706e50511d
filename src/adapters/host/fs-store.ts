import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, link, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Store } from '../../ports/store.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ERR_FS_EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
};

const NEW_FILE = 0o666;
const PERMISSIONS = 0o777;

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

/** @param kept a mode to keep, whatever the umask; a new file's mode is the umask's business */
const writeSynced = async (path: string, text: string, kept?: number): Promise<void> => {
  const file = await open(path, 'wx', kept ?? NEW_FILE);
  try {
    // Some file systems know no modes: then there is none to keep.
    if (kept !== undefined) await file.chmod(kept).catch(() => undefined);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** What file systems that know no links say to one. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
const TEMPORARY_BYTES = 9;

/**
 * In the same folder, so that a rename is enough. Not made of the file's name, which may be as long as a name can be,
 * nor of our pid, which in a container is that of whoever died here before us.
 */
const temporaryFor = (path: string): string => join(dirname(path), `.voltana-${randomBytes(TEMPORARY_BYTES).toString('base64url')}.tmp`);

const replace = async (path: string, text: string, mode?: number): Promise<void> => {
  const temporary = temporaryFor(path);
  try {
    await writeSynced(temporary, text, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** Null only for what is not there: a name that no file can have is another matter. */
const statOf = async (path: string): Promise<Stats | null> => {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** A pipe or device (/dev/stdout) is written to, never replaced; a link keeps pointing where it did. */
const writeAny = async (path: string, text: string): Promise<void> => {
  const target = await statOf(path);
  if (target === null) return replace(path, text);
  if (target.isFile()) return replace(await realpath(path), text, target.mode & PERMISSIONS);
  return writeFile(path, text);
};

/** A link is refused where the name is taken, and the file is whole when it gets its name. */
const createNew = async (path: string, text: string): Promise<boolean> => {
  const temporary = temporaryFor(path);
  try {
    await writeSynced(temporary, text);
    await link(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!WITHOUT_LINKS.includes(code ?? '')) throw error;
    return (await statOf(path)) === null && replace(path, text).then(() => true);
  } finally {
    await rm(temporary, { force: true });
  }
};

/** Permission bits say little (root, read-only mounts, quotas), so the folder is asked by making a file in it. */
const tryWriting = async (path: string): Promise<void> => {
  const target = await statOf(path);
  if (target?.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
  if (target !== null) await access(path, constants.W_OK);
  if (target !== null && !target.isFile()) return;
  const probe = temporaryFor(target === null ? path : await realpath(path));
  await writeSynced(probe, '', 0o600);
  await rm(probe, { force: true });
};

/** Calls it so that what goes wrong names the path and the reason. */
const orUnwritable = async <T>(path: string, action: () => Promise<T>, what = 'write'): Promise<T> => {
  try {
    return await action();
  } catch (cause) {
    throw new VoltanaError('FILE_UNWRITABLE', `Cannot ${what} ${path}: ${reasonOf(cause)}.`, { cause });
  }
};

/** Documents as UTF-8 files. Throws FILE_UNREADABLE and FILE_UNWRITABLE, both naming the path. */
export const fileStore = (): Store => ({
  read,
  write: (path, text) => orUnwritable(path, () => writeAny(path, text)),
  create: (path, text) => orUnwritable(path, () => createNew(path, text)),
  assertWritable: (path) => orUnwritable(path, () => tryWriting(path)),
  remove: (path) => orUnwritable(path, () => rm(path, { force: true }), 'remove'),
});
