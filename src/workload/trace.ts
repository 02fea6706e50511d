import type { WorkloadRequest } from '../domain/request.ts';
import type { TraceFormat } from '../domain/trace-statistics.ts';
import { TraceImport, type Trace } from './traces/import.ts';

const LINE_END = /\r\n|\n|\r/g;

function* linesOf(text: string): Generator<string, void, undefined> {
  let from = 0;
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    yield text.slice(from, index);
    from = index + end.length;
  }
  if (from < text.length) yield text.slice(from);
}

/**
 * Reads a trace of any known format, told by its beginning, or of the one that is asked for.
 * @throws VoltanaError FILE_MALFORMED naming the file and the line, and the formats that are known when this one is not
 */
export function readTrace(text: string, fileName: string, format?: TraceFormat): Trace {
  const reading = new TraceImport(format);
  reading.beginFile(fileName);
  for (const line of linesOf(text)) reading.line(line);
  reading.endFile();
  return reading.finish();
}

/**
 * The requests of `readTrace`; all at 0 where the file has no times.
 * @throws VoltanaError as `readTrace` does
 */
export const parseTrace = (text: string, fileName: string, format?: TraceFormat): WorkloadRequest[] => [
  ...readTrace(text, fileName, format).requests,
];
