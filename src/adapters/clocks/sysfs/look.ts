import type { SysfsFiles } from './files.ts';
import { systemCode } from './failures.ts';

/** Attributes that a driver has, but does not show to us or at this moment, answer with one of these. */
const NOT_SHOWN = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EINVAL', 'ENODATA', 'EOPNOTSUPP', 'ENOTSUP', 'EBUSY', 'EAGAIN']);

const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (error) {
    if (NOT_SHOWN.has(systemCode(error))) return null;
    throw error;
  }
};

/** What an attribute says, without the line's end; null where there is none, or it may not be read. */
export const lookAt = async (files: SysfsFiles, path: string): Promise<string | null> =>
  (await orNull(files.text(path)))?.replace(/\s+$/, '') ?? null;

export const lookAtBytes = (files: SysfsFiles, path: string): Promise<Uint8Array | null> => orNull(files.bytes(path));

/** Names in a folder, in the order of the numbers in them; none where there is no such folder. */
export const lookInto = async (files: SysfsFiles, folder: string): Promise<readonly string[]> =>
  [...((await orNull(files.names(folder))) ?? [])].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** A whole number of at most 15 digits, which a double holds exactly; null for anything else. */
export const wholeNumber = (text: string | null): number | null => (text !== null && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null);

export const lookAtNumber = async (files: SysfsFiles, path: string): Promise<number | null> => wholeNumber(await lookAt(files, path));
