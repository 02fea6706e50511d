import { isTokens, MAX_MS, MAX_TOKENS, quoted, type LineReader, type TraceSink } from './layout.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a text is; null for anything else. */
export const asObject = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;

export const objectIn = (text: string): JsonObject | null => {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
};

/** The fields of one line, each checked. */
export class Fields {
  readonly #value: JsonObject;
  readonly #fail: (problem: string) => never;

  constructor(value: JsonObject, fail: (problem: string) => never) {
    this.#value = value;
    this.#fail = fail;
  }

  tokens(key: string): number {
    const value = this.#value[key];
    return isTokens(value) ? value : this.#fail(`${key} must be a whole number from 1 to ${MAX_TOKENS}, got ${quoted(value)}`);
  }

  /** Milliseconds, not negative. */
  ms(key: string): number {
    const value = this.#value[key];
    if (typeof value === 'number' && value >= 0 && value <= MAX_MS) return value;
    return this.#fail(`${key} must be a number of milliseconds from 0, got ${quoted(value)}`);
  }

  /** Null where there is none. */
  list<T>(key: string, is: (entry: unknown) => entry is T, what: string): readonly T[] | null {
    const value = this.#value[key];
    if (value === undefined || value === null) return null;
    if (Array.isArray(value) && value.every(is)) return value;
    return this.#fail(`${key} must be a list of ${what}, got ${quoted(value)}`);
  }
}

/** Reads one JSON object a line. */
export const jsonLines = (sink: TraceSink, read: (value: JsonObject, line: number) => void, end?: (lines: number) => void): LineReader => ({
  line: (text, number) => {
    if (text.trim() === '') return;
    read(objectIn(text) ?? sink.fail(number, `not a JSON object: ${quoted(text)}`), number);
  },
  end: (lines) => end?.(lines),
});
