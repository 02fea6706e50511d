import type { FileHandle } from 'node:fs/promises';
import { VoltanaError } from '../../domain/errors.ts';

const NEWLINE = 0x0a;
const BLOCK_BYTES = 65_536;

/** Where the last whole line of a file ends: what lies beyond was torn. Reads backwards, and no more than that. */
export async function wholeLinesEnd(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const found = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}

/**
 * The lines of a file's first `end` bytes, one at a time. Told apart by bytes: what readline takes for the end of a line may stand
 * within a JSON text.
 */
async function* linesOf(file: FileHandle, end: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for (let at = 0; at < end;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, Math.min(BLOCK_BYTES, end - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    let rest = buffer.subarray(0, bytesRead);
    for (let found = rest.indexOf(NEWLINE); found >= 0; found = rest.indexOf(NEWLINE)) {
      yield Buffer.concat([...parts, rest.subarray(0, found)]).toString('utf8');
      parts = [];
      rest = rest.subarray(found + 1);
    }
    if (rest.length > 0) parts.push(rest);
  }
}

function objectOf(line: string, place: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Said below: a line that was damaged and one that was never ours are alike.
  }
  if (typeof value === 'object' && value !== null) return value;
  return new VoltanaError('FILE_MALFORMED', `${place} is no entry of a journal`, {
    hint: 'The file was damaged on the disk, or changed by somebody: what stands before that line is whole.',
  });
}

const refuse = (error: Error): never => {
  throw error;
};

/**
 * The objects of a file of JSON lines, and closes it at the end.
 * @param damaged is told of each line that is none, as FILE_MALFORMED with the line's number; left out, the first one is thrown
 * @throws VoltanaError FILE_MALFORMED
 */
export async function* objectsOf(
  file: FileHandle,
  path: string,
  end: number,
  damaged: (error: Error) => void = refuse,
): AsyncGenerator<object, void> {
  try {
    let number = 0;
    for await (const line of linesOf(file, end)) {
      const found = objectOf(line, `${path}: line ${++number}`);
      if (found instanceof VoltanaError) damaged(found);
      else yield found;
    }
  } finally {
    await file.close();
  }
}
