import { elements, endOfBlanks, members, type Member } from './raw-json-scan.ts';

/**
 * A JSON object whose members can be read, replaced and removed without rewriting the rest: numbers that no double
 * holds, key order and escapes of everything else stay as they came. All of it takes time linear in the text.
 */
export class RawObject {
  readonly text: string;
  #value: Readonly<Record<string, unknown>> | null;
  #members: readonly Member[] | null = null;

  private constructor(text: string, value: Readonly<Record<string, unknown>> | null) {
    this.text = text;
    this.#value = value;
  }

  /** @throws SyntaxError for what is no JSON, or no JSON object */
  static parse(text: string): RawObject {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('the JSON is not an object');
    return new RawObject(text, value as Readonly<Record<string, unknown>>);
  }

  /** The same, parsed: for reading only, since 64-bit integers have lost their low bits here. */
  get value(): Readonly<Record<string, unknown>> {
    return (this.#value ??= JSON.parse(this.text) as Readonly<Record<string, unknown>>);
  }

  /** The member's value as it is written, null where there is none. Of repeated keys the last counts, as in JSON.parse. */
  raw(key: string): string | null {
    return rawAt(this.text, [key]);
  }

  /**
   * @param changes JSON texts by key; null removes. A key that is new or changed comes last.
   * @throws SyntaxError for a change that is no JSON
   */
  with(changes: Readonly<Record<string, string | null>>): RawObject {
    const kept: string[] = [];
    for (const { key, start, valueEnd } of (this.#members ??= [...members(this.text)])) {
      if (!Object.hasOwn(changes, key)) kept.push(this.text.slice(start, valueEnd));
    }
    for (const [key, json] of Object.entries(changes)) {
      if (json === null) continue;
      // What is spliced in unread could end its member and begin others.
      JSON.parse(json);
      kept.push(`${JSON.stringify(key)}:${json}`);
    }
    return new RawObject(`{${kept.join(',')}}`, null);
  }
}

/** The part of valid JSON text under a key or an index; null where there is none. */
function rawIn(text: string, step: string | number): string | null {
  const first = text[endOfBlanks(text, 0)];
  if (typeof step === 'string') {
    if (first !== '{') return null;
    let found: string | null = null;
    for (const { key, valueStart, valueEnd } of members(text)) if (key === step) found = text.slice(valueStart, valueEnd);
    return found;
  }
  if (first !== '[') return null;
  let index = 0;
  for (const [start, end] of elements(text)) if (index++ === step) return text.slice(start, end);
  return null;
}

/** The value at a path of keys and indices as it is written in valid JSON text, null where there is none. */
export const rawAt = (text: string, path: readonly (string | number)[]): string | null => {
  let found: string | null = text;
  for (const step of path) found = found === null ? null : rawIn(found, step);
  return found;
};
