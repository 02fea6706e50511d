import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

/** Configuration is small; what is not is none. */
const MOST_BYTES = 262_144;
const MOST_LINKS = 16;
const NUL = '\0';

/** Files of a machine whose root may be elsewhere: a test's folder, or the host's as a container sees it. Paths in and out are the machine's own. */
export interface Tree {
  /** Null for what is not there, may not be read, is no plain file, or holds no text. */
  text(path: string): Promise<string | null>;
  /** Names in a folder, sorted; none where there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  isExecutable(path: string): Promise<boolean>;
  /** Where a link leads; null for what is none. */
  link(path: string): Promise<string | null>;
}

const ANY_EXECUTE = 0o111;

async function linkOf(root: string, path: string): Promise<string | null> {
  const target = await readlink(join(root, path)).catch(() => null);
  return target === null ? null : posix.resolve(dirname(path), target);
}

/** Follows links as the machine would: an absolute one starts at its root, not at ours. */
async function followed(root: string, path: string): Promise<string | null> {
  let at = path;
  for (let i = 0; i < MOST_LINKS; i += 1) {
    const next = await linkOf(root, at);
    if (next === null) return at;
    at = next;
  }
  return null;
}

/** Pipes and devices are never opened: that could wait for ever, or do something. */
async function plainFile(root: string, path: string): Promise<string | null> {
  const at = await followed(root, path);
  if (at === null) return null;
  const found = await lstat(join(root, at)).catch(() => null);
  return found?.isFile() ? join(root, at) : null;
}

/** Files of /proc say that they are empty and are not, so this reads until the end. */
async function textOf(file: string): Promise<string | null> {
  const opened = await open(file, 'r').catch(() => null);
  if (opened === null) return null;
  try {
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await opened.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length > MOST_BYTES ? null : buffer.toString('utf8', 0, length);
  } catch {
    return null;
  } finally {
    await opened.close();
  }
}

export const treeAt = (root: string): Tree => ({
  async text(path) {
    const file = await plainFile(root, path);
    return file === null ? null : textOf(file);
  },
  names: (folder) =>
    readdir(join(root, folder)).then(
      (names) => names.sort(),
      () => [],
    ),
  async isExecutable(path) {
    const file = await plainFile(root, path);
    const found = file === null ? null : await lstat(file).catch(() => null);
    return found !== null && (found.mode & ANY_EXECUTE) !== 0;
  },
  link: (path) => linkOf(root, path),
});

/** Words that end with NUL, as in /proc/PID/cmdline. */
export const nulWords = (text: string): string[] => text.split(NUL).filter((word) => word !== '');
