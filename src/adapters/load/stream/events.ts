import { createSseParser, type SseParser } from '../../../domain/sse.ts';

const LF = 10;
const DATA = Buffer.from('data: ');
const BLANK = Buffer.from('\n');

/** `data: ` and nothing before it. A comparison of bytes: it costs less than a call. */
const startsWithData = (chunk: Buffer, at: number): boolean =>
  chunk[at] === DATA[0] &&
  chunk[at + 1] === DATA[1] &&
  chunk[at + 2] === DATA[2] &&
  chunk[at + 3] === DATA[3] &&
  chunk[at + 4] === DATA[4] &&
  chunk[at + 5] === DATA[5];

/**
 * Server-sent events from the pieces of a body. Nearly all come whole, as one line and a blank one: these are cut out as they are.
 * Whatever else there is goes through the full parser, until a piece of it ends with a blank line.
 */
export class EventPieces {
  readonly #onData: (payload: string) => void;
  #parser: SseParser | null = null;
  /** The parser holds a part of an event, or may. */
  #parsing = false;
  #begun = false;

  constructor(onData: (payload: string) => void) {
    this.#onData = onData;
  }

  push(chunk: Buffer): void {
    const from = this.#parsing ? 0 : this.#cut(chunk);
    if (from === chunk.length) return;
    this.#parse(from === 0 ? chunk : chunk.subarray(from));
  }

  /** The stream ended in an orderly way. */
  end(): void {
    if (this.#parsing) this.#parser?.end();
  }

  /** @returns where the first event begins that is not whole and plain */
  #cut(chunk: Buffer): number {
    let from = 0;
    while (from < chunk.length && startsWithData(chunk, from)) {
      const end = chunk.indexOf(LF, from);
      if (end === -1 || chunk[end + 1] !== LF) break;
      const payload = chunk.toString('utf8', from + DATA.length, end);
      // A lone CR ends a line, too.
      if (payload === '' || payload.includes('\r')) break;
      this.#begun = true;
      from = end + 2;
      this.#onData(payload);
    }
    return from;
  }

  #parse(chunk: Buffer): void {
    this.#parser ??= this.#newParser();
    this.#parser.push(chunk);
    const last = chunk.length - 1;
    this.#parsing = !(last > 0 && chunk[last] === LF && chunk[last - 1] === LF);
    this.#begun = true;
  }

  #newParser(): SseParser {
    const parser = createSseParser(this.#onData);
    // Only at the very start of a stream may there be a byte order mark.
    if (this.#begun) parser.push(BLANK);
    return parser;
  }
}
