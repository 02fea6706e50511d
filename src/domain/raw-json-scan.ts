/** Where the parts of valid JSON text begin and end. What is given has been through JSON.parse. */

export interface Member {
  readonly key: string;
  /** Of its key's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
/** `{` and `[`, `}` and `]` differ in this bit alone, and nothing else in JSON outside of strings looks like one of the two. */
const CASE_BIT = 32;
const OPEN = 123;
const CLOSE = 125;
const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;
const opens = (code: number): boolean => (code | CASE_BIT) === OPEN;
const closes = (code: number): boolean => (code | CASE_BIT) === CLOSE;

/** @returns the index behind the closing quote */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** @returns the index of the comma or closing bracket behind a value, or of the blanks before it; the text's end for a bare value */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let last = start;
  for (let at = start; at < text.length;) {
    const code = text.charCodeAt(at);
    if (depth === 0 && (code === COMMA || closes(code))) return last;
    if (code === QUOTE) at = stringEnd(text, at);
    else {
      if (opens(code)) depth++;
      else if (closes(code)) depth--;
      at++;
    }
    if (!isBlank(code)) last = at;
  }
  return last;
}

/** @returns the index of the first that is no blank, from `at` on */
export const endOfBlanks = (text: string, at: number): number => {
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
};

/** @returns the index of what follows a separator that may stand behind blanks */
const behind = (text: string, at: number, separator: number): number => {
  const next = endOfBlanks(text, at);
  return text.charCodeAt(next) === separator ? endOfBlanks(text, next + 1) : next;
};

const BACKSLASH_TEXT = '\\';

/** What a quoted key says. Nearly all are without escapes. */
const keyIn = (quoted: string): string => (quoted.includes(BACKSLASH_TEXT) ? (JSON.parse(quoted) as string) : quoted.slice(1, -1));

/** The members of an object's text, in order. */
export function members(text: string): Member[] {
  const all: Member[] = [];
  let at = endOfBlanks(text, endOfBlanks(text, 0) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const start = at;
    const keyEnd = stringEnd(text, at);
    const valueStart = behind(text, keyEnd, COLON);
    const end = valueEnd(text, valueStart);
    all.push({ key: keyIn(text.slice(start, keyEnd)), start, valueStart, valueEnd: end });
    at = behind(text, end, COMMA);
  }
  return all;
}

/** Where the elements of an array's text begin and end, in order. */
export function* elements(text: string): Generator<readonly [start: number, end: number]> {
  let at = endOfBlanks(text, endOfBlanks(text, 0) + 1);
  while (at < text.length && !closes(text.charCodeAt(at))) {
    const end = valueEnd(text, at);
    yield [at, end];
    at = behind(text, end, COMMA);
  }
}
