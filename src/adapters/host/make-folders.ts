import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const EVERYBODY = 0o777;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** @returns false where nothing is @throws where a file is, or what may not be looked at */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (codeOf(error) === 'EEXIST' && (await isFolder(path))) return;
    // Its parent is there: /proc and its like say so where no folder can be.
    if (codeOf(error) === 'ENOENT') throw new Error(`no folder can be made in ${dirname(path)}`, { cause: error });
    throw error;
  }
}

/**
 * A folder with all that it lies in. Node's own `recursive` asks again and again, without end, where the parent is there and
 * the folder can never be, as in /proc.
 * @param path absolute @param mode of those that are made, less what the umask takes
 */
export async function makeFolders(path: string, mode = EVERYBODY): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isFolder(at)); at = dirname(at)) missing.unshift(at);
  for (const one of missing) await makeOne(one, mode);
}
