import { lstat, stat } from 'node:fs/promises';

/** Whether something is there, be it a link that leads nowhere. What cannot be looked at is not known to be there. */
export const fileExists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** What a path leads to: a link to a file is a file; a folder, pipe, device or a link that leads nowhere is none. */
export const fileKind = async (path: string): Promise<'file' | 'other' | 'missing'> => {
  if (!(await fileExists(path))) return 'missing';
  return stat(path).then(
    (found) => (found.isFile() ? 'file' : 'other'),
    () => 'other',
  );
};
