const LF = 10;
const SPACE = 32;
const DATA = 'data: ';
/** Two line ends in a row, each LF, CR LF or CR (WHATWG HTML, section 9.2). */
const BLANK_LINE = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/g;
const LINE_END = /\r\n|\n|\r/;

/**
 * Called for each event that has data, with its payload as Latin-1: one character per byte, which costs a copy and no
 * decoding. False drops the event from what `push` returns.
 */
export type EventSink = (payload: string) => boolean;

/** Not the same in Latin-1 and UTF-8. */
const BEYOND_ASCII = /[\u0080-\u00ff]/;
const NOTHING = Buffer.alloc(0);

/** The text of a payload as the engine meant it. */
export const decoded = (payload: string): string =>
  BEYOND_ASCII.test(payload) ? Buffer.from(payload, 'latin1').toString('utf8') : payload;

/** Neighbours become one piece. */
const drop = (dropped: number[], start: number, end: number): void => {
  if (dropped.length > 0 && dropped[dropped.length - 1] === start) dropped[dropped.length - 1] = end;
  else dropped.push(start, end);
};

const dataOf = (line: string): string | null => {
  if (line === 'data') return '';
  return line.startsWith('data:') ? line.slice(line.charCodeAt(5) === SPACE ? 6 : 5) : null;
};

/** Null for an event without data, such as a comment. */
const payloadOf = (event: string): string | null => {
  if (event.startsWith(DATA) && !event.includes('\n') && !event.includes('\r')) return event.slice(6);
  const lines = event.split(LINE_END).map(dataOf);
  const data = lines.filter((line) => line !== null);
  return data.length === 0 ? null : data.join('\n');
};

/**
 * Cuts a stream of server-sent events at their ends, byte for byte: what `push` returns is what came, whole events
 * only, less what the sink dropped. So whoever passes it on never leaves half an event behind.
 */
export class EventSplitter {
  readonly #sink: EventSink;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** Bytes of an event whose end has not come. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Any piece of the stream. */
  push(chunk: Buffer): Buffer {
    // An event that comes in many pieces is put together once, at its end.
    if (this.#heldBytes > 0 && !chunk.includes(LF) && !chunk.includes('\r')) return this.#hold(chunk);
    const bytes = this.#heldBytes > 0 ? this.#released(chunk) : chunk;
    return this.#cut(bytes, bytes.toString('latin1'));
  }

  /** The stream ended: what is left counts as an event, though its blank line is missing. */
  end(): Buffer {
    if (this.#heldBytes === 0) return NOTHING;
    const rest = this.#released(NOTHING);
    const payload = payloadOf(rest.toString('latin1'));
    return payload === null || this.#sink(payload) ? rest : rest.subarray(0, 0);
  }

  #hold(tail: Buffer): Buffer {
    // A copy: the tail of a read would keep the whole read alive.
    this.#held.push(Buffer.from(tail));
    this.#heldBytes += tail.length;
    return tail.subarray(0, 0);
  }

  #released(chunk: Buffer): Buffer {
    const bytes = Buffer.concat([...this.#held, chunk]);
    this.#held = [];
    this.#heldBytes = 0;
    return bytes;
  }

  #cut(bytes: Buffer, text: string): Buffer {
    const dropped: number[] = [];
    const end = text.includes('\r') ? this.#general(text, dropped) : this.#plain(text, dropped);
    if (end < bytes.length) this.#hold(bytes.subarray(end));
    if (dropped.length === 0) return end === bytes.length ? bytes : bytes.subarray(0, end);
    return without(bytes, end, dropped);
  }

  /** Nearly all events are one line, `data: ...`: found and cut out in one look. */
  #plain(text: string, dropped: number[]): number {
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      const isLine = text.charCodeAt(at + 1) === LF;
      const end = isLine ? at : text.indexOf('\n\n', at);
      if (end === -1) break;
      const kept =
        isLine && text.startsWith(DATA, from) ? this.#sink(text.slice(from + DATA.length, end)) : this.#keeps(text.slice(from, end));
      if (!kept) drop(dropped, from, end + 2);
      from = end + 2;
    }
    return from;
  }

  #general(text: string, dropped: number[]): number {
    let from = 0;
    for (const match of text.matchAll(BLANK_LINE)) {
      const end = match.index + match[0].length;
      if (!this.#keeps(text.slice(from, match.index))) drop(dropped, from, end);
      from = end;
    }
    return from;
  }

  #keeps(event: string): boolean {
    const payload = payloadOf(event);
    return payload === null || this.#sink(payload);
  }
}

/** @param dropped start and end of each part to leave out, in order */
const without = (bytes: Buffer, end: number, dropped: readonly number[]): Buffer => {
  if (dropped[0] === 0 && dropped[1] === end) return NOTHING;
  const kept: Buffer[] = [];
  let from = 0;
  for (let i = 0; i < dropped.length; i += 2) {
    kept.push(bytes.subarray(from, dropped[i]));
    from = dropped[i + 1]!;
  }
  return Buffer.concat([...kept, bytes.subarray(from, end)]);
};
