import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import vm from 'node:vm';

const LENGTH_BYTES = 4;

/**
 * A CommonJS source and the code that V8 made of it, in one file: written at once, so that they always belong together.
 * V8 itself tells a cache of another Node version or of other flags, but not one of another text of the same length.
 */
export const pack = (source, cache = Buffer.alloc(0)) => {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(Buffer.byteLength(source));
  return Buffer.concat([length, Buffer.from(source), cache]);
};

const unpack = (packed) => {
  const end = LENGTH_BYTES + packed.readUInt32LE(0);
  return { source: packed.toString('utf8', LENGTH_BYTES, end), cache: packed.subarray(end) };
};

/** The same file without its cache: what another machine gets, whose V8 would refuse it. */
export const withoutCache = (packed) => pack(unpack(packed).source);

/**
 * Runs a packed script. A cache that V8 refuses costs time and nothing else: it compiles the source then.
 * @returns {{exports: object, rejected: boolean, repack: () => Buffer}} whether the cache was of no use; the file again
 * with a cache of all that has run until then
 */
export const runPacked = (path) => {
  const { source, cache } = unpack(readFileSync(path));
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname, $import) {${source}\n})`, {
    filename: path,
    ...(cache.length > 0 && { cachedData: cache }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path), (name) => import(name));
  return { exports: module.exports, rejected: script.cachedDataRejected === true, repack: () => pack(source, script.createCachedData()) };
};
