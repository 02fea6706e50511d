import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 1024 * 1024;
const LINE_END = /\r\n|\n|\r/g;

/** The whole lines of `text`, and what is left: a line without its end, or a \r that may be half of one. */
const cut = (text: string): readonly [lines: string[], rest: string] => {
  const held = text.endsWith('\r') ? text.slice(0, -1) : text;
  const lines = held.split(LINE_END);
  const rest = lines.pop()!;
  return [lines, rest + text.slice(held.length)];
};

/**
 * The lines of a file in UTF-8, without their ends, some thousands at a time: at most a line and a megabyte are in memory. Not node:readline: that one
 * also ends lines at U+2028, which JSON may hold.
 */
export async function* fileLines(path: string): AsyncGenerator<readonly string[], void, undefined> {
  let rest: string[] = [];
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES }) as AsyncIterable<string>) {
    rest.push(chunk);
    // A line of many chunks is joined once, at its end.
    if (!/[\r\n]/.test(chunk) && !rest.at(-2)?.endsWith('\r')) continue;
    const [whole, left] = cut(rest.join(''));
    if (whole.length > 0) yield whole;
    rest = [left];
  }
  const [whole, last] = cut(rest.join('').replace(/\r$/, '\n'));
  yield last === '' ? whole : [...whole, last];
}
