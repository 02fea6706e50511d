/** U+2028 and U+2029 end a line for those who read lines, but not for JSON, which leaves them as they are. */
const LINE_ENDS = /[\u2028\u2029]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** A value as JSON on one line, whatever it holds; without the line's end. */
export const jsonLine = (value: unknown): string => JSON.stringify(value).replace(LINE_ENDS, (end) => ESCAPES[end]!);
