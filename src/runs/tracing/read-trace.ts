import type { Store } from '../../ports/store.ts';
import { TraceImport, type Trace } from '../../workload/traces/import.ts';
import type { TraceFormat } from '../../domain/trace-statistics.ts';

export interface ReadTraceOptions {
  /** Left out, each file's beginning tells. */
  readonly format?: TraceFormat | undefined;
  /** Ends the reading with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads traces line by line: they may be larger than memory, as long as their requests are not (16 bytes each).
 * @param files of one format and one clock; they are merged by it
 * @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED naming the file and the line
 */
export async function readTraceFiles(store: Store, files: readonly string[], { format, signal }: ReadTraceOptions = {}): Promise<Trace> {
  const reading = new TraceImport(format);
  for (const file of files) {
    reading.beginFile(file);
    for await (const lines of store.lines(file)) {
      signal?.throwIfAborted();
      for (const line of lines) reading.line(line);
    }
    reading.endFile();
  }
  return reading.finish();
}

/** The same of one file, as every `--trace FILE` takes it. */
export const readTraceFile = (store: Store, file: string): Promise<Trace> => readTraceFiles(store, [file]);
