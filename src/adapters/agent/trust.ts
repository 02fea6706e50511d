import type { Stats } from 'node:fs';
import { constants, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';

const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;
const STICKY = 0o1000;
const MOST_BYTES = 1024 * 1024;

const ownUid = (): number => process.getuid?.() ?? 0;

/** Root and we ourselves: whoever else could write it would be the one who decides. */
const isOurs = ({ uid }: Stats): boolean => uid === 0 || uid === ownUid();

const reasonFor = (stats: Stats, forbidden: number): string | null => {
  if (!isOurs(stats)) return `it belongs to user ${stats.uid}, not to root or to the agent's own user`;
  if ((stats.mode & forbidden) !== 0) return `its mode is ${(stats.mode & 0o777).toString(8)}`;
  return null;
};

/** Of a folder for all, as /tmp, nobody but its users would be hurt by making it ours. */
const folderHint = (folder: string, { mode }: Stats): string =>
  (mode & STICKY) === 0
    ? `Make it safe: chown root ${folder} && chmod 755 ${folder}`
    : `Everybody may write there: put the file into a folder that only root may change, as /etc/voltana.`;

const untrusted = (path: string, reason: string, fix: string): VoltanaError =>
  new VoltanaError('NOT_PERMITTED', `${path} is not used: ${reason}`, { hint: fix });

/** What lies in a folder that others may write can be replaced by them. @throws VoltanaError NOT_PERMITTED */
export const assertTrustedFolder = async (folder: string): Promise<void> => {
  const stats = await stat(folder);
  const reason = reasonFor(stats, WRITABLE_BY_OTHERS);
  if (reason !== null) throw untrusted(folder, reason, folderHint(folder, stats));
};

const unreadable = (path: string, cause: unknown): VoltanaError =>
  new VoltanaError('FILE_UNREADABLE', `${path} cannot be read: ${(cause as Error).message}`, { cause });

/** The file that is looked at is the file that is read: between a name and its file others could come. */
const readChecked = async (path: string, forbidden: number, fix: string): Promise<string> => {
  // A pipe that nobody writes to would not even be opened.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    const reason = stats.isFile() ? reasonFor(stats, forbidden) : 'it is no file';
    if (reason !== null) throw untrusted(path, reason, fix);
    if (stats.size > MOST_BYTES) throw new VoltanaError('FILE_MALFORMED', `${path} has more than ${MOST_BYTES} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
};

const orUnreadable = async (path: string, read: () => Promise<string>): Promise<string> => {
  try {
    return await read();
  } catch (error) {
    throw error instanceof VoltanaError ? error : unreadable(path, error);
  }
};

/**
 * A file that says what the agent allows: only root or the agent's own user may be able to change it.
 * @throws VoltanaError FILE_UNREADABLE, NOT_PERMITTED
 */
export const readTrusted = (path: string): Promise<string> =>
  orUnreadable(path, async () => {
    await assertTrustedFolder(dirname(path));
    return readChecked(path, WRITABLE_BY_OTHERS, `Make it safe: chown root ${path} && chmod 644 ${path}`);
  });

/** The same for what nobody else may read either. @throws VoltanaError FILE_UNREADABLE, NOT_PERMITTED */
export const readSecret = (path: string): Promise<string> =>
  orUnreadable(path, async () => {
    await assertTrustedFolder(dirname(path));
    return readChecked(path, OPEN_TO_OTHERS, `Make it secret: chown root ${path} && chmod 600 ${path}`);
  });
