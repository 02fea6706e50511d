import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readBuildStamp } from '../setup/build-stamp.js';
import { BUILD_STAMP, DIST, OVERVIEW } from '../setup/paths.js';

/** Replaces the whole file at once: whoever reads it sees the old or the new one. */
export const writeFile = (path, contents) => {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
};

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(DIST, join(entry.parentPath, entry.name)));

/** Chunks come before the entries that name them, so that a reader never misses one. */
export const writeBuild = (files) => {
  for (const file of files) writeFile(file.path, file.contents);
};

/** @param files what stays, with the stamp itself */
const removeAllBut = (files) => {
  const keep = new Set([...files, relative(DIST, BUILD_STAMP)]);
  for (const name of filesIn(DIST)) if (!keep.has(name)) rmSync(join(DIST, name), { force: true });
};

/**
 * Marks the build complete and removes leftovers. The previous build's chunks stay for one more build: a process
 * that runs from it may still load some.
 */
export const writeStamp = (fingerprint, files) => {
  const names = [...files.map((file) => file.path), OVERVIEW].map((path) => relative(DIST, path));
  removeAllBut([...names, ...(readBuildStamp()?.files ?? [])]);
  writeFile(BUILD_STAMP, JSON.stringify({ fingerprint, files: names }));
};

/** Before dist is packed: the previous build's chunks as well. */
export const removeLeftovers = () => removeAllBut(readBuildStamp()?.files ?? []);
