/** Many times what any engine sends at once. A stream without an end to its event would fill the memory. */
const MOST_CHARACTERS = 4 * 2 ** 20;

/** The parser takes no more of this stream. */
export class EventTooLong extends Error {
  constructor() {
    super('an event of the stream is longer than 4 MiB');
  }
}

/** Reads a server-sent event stream piece by piece. */
export interface SseParser {
  /**
   * Any piece of the stream: events and even characters may continue in the next one.
   * @throws EventTooLong for an event of more than 4 MiB
   */
  push(chunk: Uint8Array | string): void;
  /** The stream ended in an orderly way. An event that lacks its closing blank line still counts. */
  end(): void;
}

/** The value of a `data` line; null for comments, other fields and blank lines. */
const dataOf = (line: string): string | null => {
  if (!line.startsWith('data')) return null;
  if (line.length === 4) return '';
  if (line.charCodeAt(4) !== 58 /* ':' */) return null;
  return line.slice(line.charCodeAt(5) === 32 /* ' ' */ ? 6 : 5);
};

interface EventAssembler {
  line(line: string): void;
  /** @throws EventTooLong where so many more characters are too many for the event */
  check(more: number): void;
}

/** Joins the data lines of one event and hands them over at its blank line. Events without data pass silently. */
const createEventAssembler = (onData: (payload: string) => void): EventAssembler => {
  let payload = '';
  const check = (more: number): void => {
    if (payload.length + more <= MOST_CHARACTERS) return;
    payload = '';
    throw new EventTooLong();
  };
  const onLine = (line: string): void => {
    if (line !== '') {
      check(line.length);
      const data = dataOf(line);
      if (data !== null) payload = payload === '' ? data : `${payload}\n${data}`;
      return;
    }
    if (payload === '') return;
    const whole = payload;
    payload = '';
    onData(whole);
  };
  return { line: onLine, check };
};

/**
 * Server-sent events (WHATWG HTML, section 9.2): UTF-8, lines ended by LF, CR LF or CR, `data` lines of one event
 * joined by LF. Only data is reported: event names, ids and retry times play no part in the protocols spoken here.
 * @param onData called once per event, synchronously, in order
 */
export const createSseParser = (onData: (payload: string) => void): SseParser => {
  const decoder = new TextDecoder();
  const event = createEventAssembler(onData);
  const lineEnd = /\r\n|\r|\n/g;
  let partialLine = '';
  let afterCr = false;

  const pushText = (text: string): void => {
    // A CR LF that was cut in two has ended its line already.
    let start = afterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') afterCr = text.endsWith('\r');
    lineEnd.lastIndex = start;
    for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
      const line = partialLine + text.slice(start, match.index);
      partialLine = '';
      start = lineEnd.lastIndex;
      event.line(line);
    }
    partialLine += text.slice(start);
    event.check(partialLine.length);
  };

  return {
    push: (chunk) => pushText(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })),
    // One line end may belong to an earlier CR, one ends the last line, one its event.
    end: () => pushText(`${decoder.decode()}\n\n\n`),
  };
};
