import { lstat } from 'node:fs/promises';

/** Whether something is there, be it a link that leads nowhere. What cannot be looked at is not known to be there. */
export const fileExists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
