import { elements, endOfBlanks, members, type Member } from './raw-json-scan.ts';

/**
 * A JSON object whose members can be read, replaced and removed without rewriting the rest: numbers that no double
 * holds, key order and escapes of everything else stay as they came. All of it takes time linear in the text.
 */
export class RawObject {
  readonly text: string;
  /** Made when it is asked for: of most changed objects only the text is. */
  #value: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>);
  #members: readonly Member[] | null = null;

  private constructor(text: string, value: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>)) {
    this.text = text;
    this.#value = value;
  }

  /** The same, parsed: for reading only, since 64-bit integers have lost their low bits here. */
  get value(): Readonly<Record<string, unknown>> {
    if (typeof this.#value === 'function') this.#value = this.#value();
    return this.#value;
  }

  /** @throws SyntaxError for what is no JSON, or no JSON object */
  static parse(text: string): RawObject {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('the JSON is not an object');
    return new RawObject(text, value as Readonly<Record<string, unknown>>);
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
    const written: Member[] = [];
    let text = '{';
    const write = (key: string, member: string, valueOffset: number): void => {
      if (written.length > 0) text += ',';
      const start = text.length;
      text += member;
      written.push({ key, start, valueStart: start + valueOffset, valueEnd: text.length });
    };
    for (const { key, start, valueStart, valueEnd } of this.#all())
      if (!Object.hasOwn(changes, key)) write(key, this.text.slice(start, valueEnd), valueStart - start);
    const set: (readonly [string, unknown])[] = [];
    for (const [key, json] of Object.entries(changes)) {
      if (json === null) continue;
      // Each is parsed: spliced in unread, it could end its member and begin others.
      set.push([key, JSON.parse(json) as unknown]);
      const quoted = JSON.stringify(key);
      write(key, `${quoted}:${json}`, quoted.length + 1);
    }
    const changed = new RawObject(`${text}}`, () => this.#changed(changes, set));
    // Known already: the next change need not look for them.
    changed.#members = written;
    return changed;
  }

  #all(): readonly Member[] {
    return (this.#members ??= members(this.text));
  }

  /** Spares parsing the whole text again. */
  #changed(changes: object, set: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
    const changed: Record<string, unknown> = {};
    for (const key of Object.keys(this.value)) if (!Object.hasOwn(changes, key)) put(changed, key, this.value[key]);
    for (const [key, value] of set) put(changed, key, value);
    return changed;
  }
}

/** As JSON.parse does it: `__proto__` is a key like any other. */
function put(into: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
  else into[key] = value;
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
