import { constants } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The kernel's files below one root. Paths are relative to it; errors are those of the system, with their codes. */
export interface SysfsFiles {
  text(path: string): Promise<string>;
  bytes(path: string): Promise<Uint8Array>;
  names(folder: string): Promise<readonly string[]>;
  /** Writes what is there already; never makes a file. */
  write(path: string, text: string): Promise<void>;
}

/** No O_CREAT: a file that has vanished must be ENOENT, not the EACCES of a folder where nothing can be made. */
const REPLACE = constants.O_WRONLY | constants.O_TRUNC;

const writeWhole = async (path: string, text: string): Promise<void> => {
  const file = await open(path, REPLACE);
  try {
    // The driver takes or refuses the text in this very call.
    await file.write(text);
  } finally {
    await file.close();
  }
};

/** @param root '/' on a real machine */
export const sysfsFiles = (root: string): SysfsFiles => ({
  text: (path) => readFile(join(root, path), 'utf8'),
  bytes: (path) => readFile(join(root, path)),
  names: (folder) => readdir(join(root, folder)),
  write: (path, text) => writeWhole(join(root, path), text),
});
