import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

const CHUNK_BYTES = 1024 * 1024;
/** What a JSON document on one line may need. Text beyond it is joined and decoded in memory, which a stream without an end would fill. */
const MOST_CHARACTERS = 128 * 1024 * 1024;
const LINE_END = /\r\n|\n|\r/g;

/** The whole lines of `text`, and what is left: a line without its end, or a \r that may be half of one. */
const cut = (text: string): readonly [lines: string[], rest: string] => {
  const held = text.endsWith('\r') ? text.slice(0, -1) : text;
  const lines = held.split(LINE_END);
  const rest = lines.pop()!;
  return [lines, rest + text.slice(held.length)];
};

/** A file or a pipe ends some time; a device (/dev/zero, a disk, a terminal) may not. @throws an Error with code EDEVICE */
async function assertEnds(path: string): Promise<void> {
  const target = await stat(path);
  if (!target.isCharacterDevice() && !target.isBlockDevice()) return;
  throw Object.assign(new Error('it is a device, which may have no end'), { code: 'EDEVICE' });
}

/** Thrown for a line that is longer than is kept in memory. */
export class LineTooLong extends RangeError {}

/**
 * The lines of a file in UTF-8, without their ends, some thousands at a time: at most a line and a megabyte are in memory. Not node:readline: that one
 * also ends lines at U+2028, which JSON may hold.
 * @throws LineTooLong, and what the file system throws
 */
export async function* fileLines(path: string, mostCharacters = MOST_CHARACTERS): AsyncGenerator<readonly string[], void, undefined> {
  await assertEnds(path);
  let rest: string[] = [];
  let characters = 0;
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES }) as AsyncIterable<string>) {
    rest.push(chunk);
    characters += chunk.length;
    if (characters > mostCharacters + CHUNK_BYTES) throw new LineTooLong(`a line of more than ${mostCharacters} characters`);
    // A line of many chunks is joined once, at its end.
    if (!/[\r\n]/.test(chunk) && !rest.at(-2)?.endsWith('\r')) continue;
    const [whole, left] = cut(rest.join(''));
    if (whole.length > 0) yield whole;
    rest = [left];
    characters = left.length;
  }
  const [whole, last] = cut(rest.join('').replace(/\r$/, '\n'));
  yield last === '' ? whole : [...whole, last];
}
