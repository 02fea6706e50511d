import { quoted, type LineReader, type TraceSink } from './layout.ts';

const STRUCTURE = /["{}[\]]/g;
const STRING_END = /["\\]/g;
/** What may stand between two values. */
const BETWEEN = /^[\s,]*$/;

/**
 * The objects of a JSON document one after another: those of a list, or those of a file that has several. Only one is in memory at a
 * time, so a list may be longer than memory.
 */
export class JsonValues implements LineReader {
  readonly #sink: TraceSink;
  readonly #onValue: (text: string, line: number) => void;
  #depth = 0;
  #inString = false;
  /** Depth at which the values lie: 1 in a list; null before it is known. */
  #base: 0 | 1 | null = null;
  #ended = false;
  #parts: string[] = [];
  #startLine = 0;

  constructor(sink: TraceSink, onValue: (text: string, line: number) => void) {
    this.#sink = sink;
    this.#onValue = onValue;
  }

  line(text: string, number: number): void {
    let at = 0;
    let from = 0;
    while (at < text.length) {
      if (this.#inString) {
        at = this.#afterString(text, at);
        continue;
      }
      STRUCTURE.lastIndex = at;
      const next = STRUCTURE.exec(text)?.index ?? text.length;
      if (!this.#within()) this.#between(text.slice(at, next), number);
      if (next === text.length) break;
      const began = !this.#within();
      this.#take(text[next]!, number);
      if (began && this.#within()) from = next;
      at = next + 1;
      if (!began && !this.#within()) this.#finish(text.slice(from, at));
    }
    if (this.#within()) this.#parts.push(text.slice(from));
  }

  end(lines: number): void {
    if (this.#within()) this.#sink.fail(lines, `the file ends within what begins in line ${this.#startLine}: it is cut off`);
    if (this.#base === 1 && !this.#ended) this.#sink.fail(lines, 'the file ends within its list: it is cut off');
    if (this.#base === null) this.#sink.fail(1, 'the file is empty');
  }

  #within(): boolean {
    return this.#base !== null && this.#depth > this.#base;
  }

  /** @returns where the string ends, or the line */
  #afterString(text: string, at: number): number {
    STRING_END.lastIndex = at;
    const found = STRING_END.exec(text);
    if (found === null) return text.length;
    if (found[0] === '\\') return found.index + 2;
    this.#inString = false;
    return found.index + 1;
  }

  #between(text: string, line: number): void {
    if (!BETWEEN.test(text)) this.#sink.fail(line, `a JSON object must stand here, not ${quoted(text.trim())}`);
  }

  #take(mark: string, line: number): void {
    if (mark === '"' && this.#within()) {
      this.#inString = true;
      return;
    }
    if (this.#within()) this.#depth += mark === '{' || mark === '[' ? 1 : -1;
    else this.#outside(mark, line);
  }

  /** A mark that is part of no value yet. */
  #outside(mark: string, line: number): void {
    if (mark === '[' && this.#base === null) {
      this.#base = 1;
      this.#depth = 1;
    } else if (mark === '{' && !this.#ended) {
      this.#base ??= 0;
      this.#depth += 1;
      this.#startLine = line;
    } else if (mark === ']' && this.#base === 1 && !this.#ended) {
      this.#ended = true;
    } else this.#sink.fail(line, `a JSON object must stand here, not ${mark}`);
  }

  #finish(last: string): void {
    const text = this.#parts.length === 0 ? last : [...this.#parts, last].join('\n');
    this.#parts = [];
    this.#onValue(text, this.#startLine);
  }
}
