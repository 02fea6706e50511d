import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Timestamp } from '../timestamp.ts';
import { AZURE } from './azure.ts';
import { BURSTGPT } from './burstgpt.ts';
import { DOCUMENT, DOCUMENTS } from './document.ts';
import { objectIn } from './json-lines.ts';
import { MOONCAKE_BLOCKS } from './mooncake-blocks.ts';
import { MOONCAKE_TABLE } from './mooncake-table.ts';
import { OWN } from './own.ts';
import { TraceRows } from './rows.ts';
import type { TraceFormat } from '../../domain/trace-statistics.ts';
import { quoted, type Layout, type LayoutText, type LineReader, type TraceSink } from './layout.ts';

/** What was read of one file or of several. */
export interface Trace {
  readonly format: TraceFormat;
  /** False: nobody wrote down when the requests came. All arrive at 0, and a replay needs a rate. */
  readonly timed: boolean;
  /** Ascending by arrival, the earliest at 0 unless the file is voltana's own; made as they are read. */
  readonly requests: Iterable<WorkloadRequest> & { readonly length: number };
  /** Requests that did no work and were left out. */
  readonly dropped: number;
  /** What to know before using it, in sentences. */
  readonly notes: readonly string[];
}

/** In this order: the last takes whatever is JSON. */
const LAYOUTS: readonly Layout[] = [AZURE, BURSTGPT, MOONCAKE_TABLE, MOONCAKE_BLOCKS, OWN, DOCUMENT];
const KNOWN = `Known: ${[AZURE, BURSTGPT, MOONCAKE_TABLE, MOONCAKE_BLOCKS, OWN, ...DOCUMENTS].map(({ what, looks }) => `${what.toLowerCase()} ${looks}`).join('; ')}.`;

const layoutsOf = (format: TraceFormat): readonly Layout[] =>
  [...LAYOUTS.slice(0, -1), ...DOCUMENTS].filter((layout) => layout.format === format);

const malformed = (place: string, problem: string, hint: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${place}: ${problem}`, { hint });

/** Reads traces line by line, of one file or of several of one format: those have one clock, and are merged by it. */
export class TraceImport {
  readonly #asked: TraceFormat | undefined;
  readonly #rows = new TraceRows();
  readonly #drops = new Map<string, number>();
  readonly #notes = new Set<string>();
  #layout: LayoutText | null = null;
  #reader: LineReader | null = null;
  #file = '';
  #files = 0;
  #line = 0;
  #rowsBefore = 0;
  #format: TraceFormat | null = null;
  #timed: boolean | null = null;
  #timedHere = true;
  #fromZero = false;
  #origin: Timestamp | null = null;
  #blocks = 0;

  /** @param asked left out, each file's beginning tells */
  constructor(asked?: TraceFormat) {
    this.#asked = asked;
  }

  beginFile(name: string): void {
    this.#file = name;
    this.#line = 0;
    this.#rowsBefore = this.#rows.length;
    this.#layout = null;
    this.#reader = null;
    this.#timedHere = true;
  }

  /** @param text without its end. @throws VoltanaError FILE_MALFORMED naming the file and the line */
  line(text: string): void {
    this.#line += 1;
    if (this.#reader === null) this.#first(this.#line === 1 ? text.replace(/^\uFEFF/, '') : text);
    else this.#reader.line(text, this.#line);
  }

  /** @throws VoltanaError FILE_MALFORMED, also for a file without a request */
  endFile(): void {
    if (this.#reader === null) this.#unknown('the file is empty');
    this.#reader.end(this.#line);
    const count = this.#rows.length - this.#rowsBefore;
    if (count === 0) this.#fail(this.#line + 1, 'the trace holds no request');
    this.#timed ??= this.#timedHere;
    if (this.#timed !== this.#timedHere) this.#fail(1, 'some of the files have times and some have none');
    this.#files += 1;
  }

  /** What all files held, after the last of them ended. */
  finish(): Trace {
    if (!this.#fromZero) this.#rows.fromEarliest();
    const dropped = [...this.#drops].map(([reason, count]) => `${reason} left out: ${count}`);
    return {
      format: this.#format!,
      timed: this.#timed!,
      requests: this.#rows,
      dropped: [...this.#drops.values()].reduce((sum, count) => sum + count, 0),
      notes: [...dropped, ...this.#notes],
    };
  }

  #first(text: string): void {
    if (text.trim() === '') return;
    const value = /^\s*\{/.test(text) ? objectIn(text) : null;
    const candidates = this.#asked === undefined ? LAYOUTS : layoutsOf(this.#asked);
    // Who names the format gets its own complaint about the first line, and not that nothing is known.
    const layout = candidates.find(({ begins }) => begins(text, value)) ?? (this.#asked === undefined ? undefined : candidates[0]);
    if (layout === undefined) return this.#unknown(`no known trace begins like this: ${quoted(text)}`);
    this.#is(layout, layout !== DOCUMENT);
    this.#reader = layout.open(this.#sink());
    this.#reader.line(text, this.#line);
  }

  /** @param known false while only the shape of the file is */
  #is(layout: LayoutText, known: boolean): void {
    this.#layout = layout;
    if (!known) return;
    if (this.#asked !== undefined && layout.format !== this.#asked)
      this.#fail(this.#line, `this is ${layout.what.toLowerCase()}, not one of ${this.#asked}`);
    this.#format ??= layout.format;
    if (this.#format !== layout.format)
      this.#fail(this.#line, `a file of ${layout.format} after one of ${this.#format}: their clocks have nothing in common`);
  }

  #unknown(problem: string): never {
    throw malformed(`${this.#file}, line ${Math.max(1, this.#line)}`, problem, KNOWN);
  }

  #fail(line: number, problem: string): never {
    const { what, looks } = this.#layout!;
    throw malformed(`${this.#file}, line ${line}`, problem, `${what} ${looks}; correct or remove the line.`);
  }

  #sink(): TraceSink {
    const count = (): number => this.#rows.length - this.#rowsBefore;
    return {
      fileIndex: this.#files,
      get count() {
        return count();
      },
      add: (atMs, promptTokens, maxTokens, prefix) => this.#rows.add(atMs, promptTokens, maxTokens, prefix),
      drop: (reason) => void this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + 1),
      note: (text) => void this.#notes.add(text),
      untimed: () => (this.#timedHere = false),
      fromZero: () => (this.#fromZero = true),
      origin: (at) => (this.#origin ??= at),
      newBlock: () => `b${(this.#blocks += 1).toString(36)}`,
      is: (layout) => this.#is(layout, true),
      fail: (line, problem) => this.#fail(line, problem),
    };
  }
}
