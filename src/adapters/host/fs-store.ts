import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, link, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Store } from '../../ports/store.ts';
import { fileLines, LineTooLong } from './file-lines.ts';

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

/** Why a file system refused, in words. */
export const reasonOf = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
};

const unreadable = (path: string, cause: unknown): VoltanaError =>
  new VoltanaError('FILE_UNREADABLE', `Cannot read ${path}: ${reasonOf(cause)}.`, { cause });

const read = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
};

async function* lines(path: string): AsyncGenerator<readonly string[], void, undefined> {
  try {
    for await (const some of fileLines(path)) yield some;
  } catch (cause) {
    if (!(cause instanceof LineTooLong)) throw unreadable(path, cause);
    throw new VoltanaError('FILE_MALFORMED', `${path} has ${cause.message}`, {
      hint: 'Break its lines, or split the file; of a JSON list, write one entry a line.',
      cause,
    });
  }
}

const BATCH_CHARACTERS = 1 << 20;

/** In pieces that are worth a write. */
function* batches(lines: Iterable<string>): Generator<string, void, undefined> {
  let batch: string[] = [];
  let characters = 0;
  for (const line of lines) {
    batch.push(line, '\n');
    characters += line.length + 1;
    if (characters < BATCH_CHARACTERS) continue;
    yield batch.join('');
    [batch, characters] = [[], 0];
  }
  yield batch.join('');
}

/** What a file is to hold: a whole text, or pieces of one. */
type Content = string | Iterable<string>;

/** @param kept a mode to keep, whatever the umask; a new file's mode is the umask's business */
const writeSynced = async (path: string, text: Content, kept?: number): Promise<void> => {
  const file = await open(path, 'wx', kept ?? NEW_FILE);
  try {
    // Some file systems know no modes: then there is none to keep.
    if (kept !== undefined) await file.chmod(kept).catch(() => undefined);
    for (const piece of typeof text === 'string' ? [text] : text) await file.writeFile(piece);
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

const replace = async (path: string, text: Content, mode?: number): Promise<void> => {
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
const writeAny = async (path: string, text: Content): Promise<void> => {
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
export const orUnwritable = async <T>(path: string, action: () => Promise<T>, what = 'write'): Promise<T> => {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof VoltanaError) throw cause;
    throw new VoltanaError('FILE_UNWRITABLE', `Cannot ${what} ${path}: ${reasonOf(cause)}.`, { cause });
  }
};

/** Documents as UTF-8 files. Throws FILE_UNREADABLE and FILE_UNWRITABLE, both naming the path. */
export const fileStore = (): Store => ({
  read,
  lines,
  write: (path, text) => orUnwritable(path, () => writeAny(path, text)),
  writeLines: (path, lines) => orUnwritable(path, () => writeAny(path, batches(lines))),
  create: (path, text) => orUnwritable(path, () => createNew(path, text)),
  assertWritable: (path) => orUnwritable(path, () => tryWriting(path)),
  remove: (path) => orUnwritable(path, () => rm(path, { force: true }), 'remove'),
});
