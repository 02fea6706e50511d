import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Libc } from './libc.ts';
import type { MakeFolder } from './make-folder.ts';

const NAME = 'lock';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const taken = async (folder: string, read: () => Promise<string>): Promise<VoltanaError> => {
  const pid = (await read()).trim();
  return new VoltanaError('PORT_TAKEN', `another agent${pid === '' ? '' : ` (pid ${pid})`} uses ${folder}`, {
    hint: 'Stop that one first (systemctl stop voltana-agent), or give this one another stateDir and other devices.',
  });
};

const unusable = (folder: string, cause: NodeJS.ErrnoException): VoltanaError => {
  const message = `the folder ${folder} cannot be used: ${cause.message}`;
  if (cause.code !== 'EACCES' && cause.code !== 'EPERM') return new VoltanaError('JOURNAL_FAILED', message, { cause });
  return new VoltanaError('NOT_PERMITTED', message, {
    cause,
    hint: 'Start it as root (sudo voltana agent), or give it a folder of its own with stateDir.',
  });
};

/**
 * Two custodians with one journal would undo each other's locks. The kernel keeps this lock and gives it back however we
 * end. Without the C library nothing is locked.
 * @returns gives it back
 * @throws VoltanaError PORT_TAKEN, and NOT_PERMITTED or JOURNAL_FAILED for a folder that cannot be used
 */
export const lockState = async (folder: string, libc: Libc | null, makeFolder: MakeFolder): Promise<() => Promise<void>> => {
  if (libc === null) return () => Promise.resolve();
  const file = await makeFolder(folder, FOLDER_MODE)
    .then(() => open(join(folder, NAME), 'a+', FILE_MODE))
    .catch((cause: unknown) => {
      throw unusable(folder, cause as NodeJS.ErrnoException);
    });
  try {
    if (!libc.lockFile(file.fd)) throw await taken(folder, () => file.readFile('utf8'));
    await file.truncate(0);
    // On a full disk the lock holds all the same: the number is for people.
    await file.write(`${process.pid}\n`).catch(() => undefined);
  } catch (error) {
    await file.close();
    throw error;
  }
  return () => file.close();
};
