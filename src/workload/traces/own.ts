import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { Fields, jsonLines, type JsonObject } from './json-lines.ts';
import type { TraceFormat } from '../../domain/trace-statistics.ts';
import { quoted, type Layout, type LineReader, type TraceSink } from './layout.ts';

/** The first line of a workload file; see trace.schema.json. */
export interface TraceHeader {
  readonly schemaVersion: 1;
  readonly kind: 'trace';
  readonly voltana: string;
  /** False: the requests have no times, and need a rate. */
  readonly timed: boolean;
  /** How many follow: a file that is cut off shows. */
  readonly requests: number;
  readonly source: {
    readonly format: TraceFormat;
    /** Names without their folders. */
    readonly files: readonly string[];
    /** Requests of those files that are not here, since they did no work. */
    readonly dropped: number;
    /** What to know before using it. */
    readonly notes: readonly string[];
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

interface Head {
  readonly timed: boolean;
  readonly requests: number | null;
}

const headOf = (value: JsonObject, fail: (problem: string) => never): Head => {
  if (value['kind'] !== 'trace') fail(`the first line must have kind "trace", got ${quoted(value['kind'])}`);
  if (value['schemaVersion'] !== 1)
    fail(`schemaVersion must be 1, got ${quoted(value['schemaVersion'])}: another version of voltana wrote it`);
  const { timed = true, requests = null } = value;
  if (typeof timed !== 'boolean') return fail(`timed must be true or false, got ${quoted(timed)}`);
  if (requests !== null && !Number.isSafeInteger(requests)) fail(`requests must be a whole number, got ${quoted(requests)}`);
  return { timed, requests: requests as number | null };
};

/** The names of another file's blocks are other blocks. */
const renamed = (prefix: readonly string[], fileIndex: number): readonly string[] =>
  fileIndex === 0 ? prefix : prefix.map((name) => `${fileIndex}.${name}`);

const checkKeys = (value: JsonObject, timed: boolean, fail: (problem: string) => never): void => {
  for (const key in value)
    if (!['id', 'arrivalMs', 'promptTokens', 'maxTokens', 'prefix'].includes(key)) fail(`unknown key ${quoted(key)}`);
  if (!timed && 'arrivalMs' in value) fail('an arrivalMs in a file whose first line says timed: false');
};

const notes = (value: JsonObject): readonly unknown[] => {
  const source = value['source'] as JsonObject | undefined;
  return Array.isArray(source?.['notes']) ? (source['notes'] as unknown[]) : [];
};

const open = (sink: TraceSink): LineReader => {
  let head: Head | null = null;
  const begin = (value: JsonObject, fail: (problem: string) => never): void => {
    head = headOf(value, fail);
    if (head.timed) sink.fromZero();
    else sink.untimed();
    for (const note of notes(value)) if (typeof note === 'string') sink.note(note);
  };
  const read = (value: JsonObject, line: number): void => {
    const fail = (problem: string): never => sink.fail(line, problem);
    if (head === null) return begin(value, fail);
    checkKeys(value, head.timed, fail);
    if (head.requests === sink.count) fail(`a request more than the ${head.requests} that the first line tells of`);
    const fields = new Fields(value, fail);
    const prefix = fields.list('prefix', isName, 'block names');
    sink.add(
      head.timed ? fields.ms('arrivalMs') : 0,
      fields.tokens('promptTokens'),
      fields.tokens('maxTokens'),
      prefix === null ? undefined : renamed(prefix, sink.fileIndex),
    );
  };
  return jsonLines(sink, read, (lines) => {
    if (head === null) sink.fail(1, 'the file is empty');
    const told = head.requests;
    if (told !== null && told !== sink.count) sink.fail(lines, `the file ends after ${sink.count} of ${told} requests: it is cut off`);
  });
};

/** Voltana's own workload files: a first line about the file, then a request a line. */
export const OWN: Layout = {
  format: 'voltana',
  what: 'A workload file of voltana',
  looks: 'has {"schemaVersion":1,"kind":"trace"} in its first line, then one request a line with arrivalMs, promptTokens and maxTokens',
  begins: (_, value) => value !== null && value['kind'] === 'trace',
  open,
};

/**
 * The lines of a workload file, without their ends.
 * @throws VoltanaError BAD_VALUE where the requests are not as many as the header tells
 */
export function* ownLines(header: TraceHeader, requests: Iterable<WorkloadRequest>): Generator<string, void, undefined> {
  yield JSON.stringify(header);
  let count = 0;
  for (const { arrivalMs, promptTokens, maxTokens, prefix } of requests) {
    count += 1;
    yield JSON.stringify({ ...(header.timed ? { arrivalMs } : {}), promptTokens, maxTokens, ...(prefix === undefined ? {} : { prefix }) });
  }
  if (count !== header.requests)
    throw new VoltanaError('BUG', `a workload file of ${count} requests whose first line says ${header.requests}`);
}
