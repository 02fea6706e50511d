import { basename } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { DocumentHeader } from '../../domain/run-record.ts';
import type { TraceStatistics } from '../../domain/trace-statistics.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Store } from '../../ports/store.ts';
import { stretchOf, type ReplayOptions } from '../../workload/replay.ts';
import { traceFigures } from '../../workload/trace-figures.ts';
import type { Trace } from '../../workload/traces/import.ts';
import type { TraceFormat } from '../../domain/trace-statistics.ts';
import { ownLines, type TraceHeader } from '../../workload/traces/own.ts';
import { readTraceFiles } from './read-trace.ts';

/** What documents say of themselves. */
type Header = Omit<DocumentHeader<string>, 'schemaVersion' | 'kind' | 'evidence'>;

/** What work on traces needs of its surroundings. */
export interface TracePorts {
  /** Of the documents it makes. */
  readonly header: Header;
  readonly store: Store;
  /** Ends it with its reason; a file half written is none. */
  readonly signal: AbortSignal;
}

export interface TraceStatisticsRequest {
  readonly files: readonly string[];
  readonly format: TraceFormat | undefined;
}

export interface TraceImportRequest extends TraceStatisticsRequest {
  readonly fromS: number | undefined;
  readonly toS: number | undefined;
  readonly requests: number | undefined;
  readonly maxPromptTokens: number | undefined;
  readonly output: string;
}

type Requests = Trace['requests'];

const statisticsOf = (trace: Trace, requests: Requests, files: readonly string[], header: Header): TraceStatistics => ({
  schemaVersion: 1,
  kind: 'trace-statistics',
  ...header,
  // Lengths that were guessed from text were measured by nobody.
  evidence: trace.format === 'sharegpt' ? 'extrapolated' : 'measured',
  files,
  format: trace.format,
  dropped: trace.dropped,
  notes: trace.notes,
  ...traceFigures(requests, trace.timed),
});

/** @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED */
export async function traceStatistics({ files, format }: TraceStatisticsRequest, ports: TracePorts): Promise<TraceStatistics> {
  const { header, store, signal } = ports;
  const trace = await readTraceFiles(store, files, { format, signal });
  return statisticsOf(trace, trace.requests, files, header);
}

const checkStretch = ({ fromS, toS }: TraceImportRequest): void => {
  if (fromS !== undefined && toS !== undefined && toS <= fromS)
    throw new VoltanaError('BAD_VALUE', `--to ${toS} does not lie after --from ${fromS}`);
};

const checkTimed = (trace: Trace, { fromS, toS, files }: TraceImportRequest): void => {
  if (trace.timed || (fromS === undefined && toS === undefined)) return;
  throw new VoltanaError('BAD_FLAG', `${files[0]} does not tell when its requests came: --from and --to mean nothing there`, {
    hint: 'Use --requests N for a part of it.',
  });
};

const optionsOf = ({ fromS, toS, requests, maxPromptTokens }: TraceImportRequest): ReplayOptions => ({
  ...(fromS === undefined ? {} : { fromMs: fromS * MS_PER_S }),
  ...(toS === undefined ? {} : { toMs: toS * MS_PER_S }),
  ...(requests === undefined ? {} : { requests }),
  ...(maxPromptTokens === undefined ? {} : { maxPromptTokens }),
});

/** Made each time they are read, so that only the columns of the trace are in memory. */
const requestsOf = (trace: Trace, options: ReplayOptions): Requests => {
  const each = (): Generator<WorkloadRequest> => stretchOf(trace.requests, options);
  let length = 0;
  for (const _ of each()) length += 1;
  return { length, [Symbol.iterator]: each };
};

function* until<T>(signal: AbortSignal, items: Iterable<T>): Generator<T, void, undefined> {
  for (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

const headerOf = (trace: Trace, requests: number, files: readonly string[], voltana: string): TraceHeader => ({
  schemaVersion: 1,
  kind: 'trace',
  voltana,
  timed: trace.timed,
  requests,
  source: { format: trace.format, files: files.map((file) => basename(file)), dropped: trace.dropped, notes: trace.notes },
});

/**
 * Writes a stretch of traces as a workload file.
 * @returns what was written is like
 * @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED, FILE_UNWRITABLE; BAD_VALUE for a stretch without a request; BAD_FLAG for a
 *   stretch of a trace without times
 */
export async function importTrace(request: TraceImportRequest, { header, store, signal }: TracePorts): Promise<TraceStatistics> {
  const { files, format, output } = request;
  checkStretch(request);
  await store.assertWritable(output);
  const trace = await readTraceFiles(store, files, { format, signal });
  checkTimed(trace, request);
  const requests = requestsOf(trace, optionsOf(request));
  if (requests.length === 0)
    throw new VoltanaError('BAD_VALUE', 'no request arrives in the stretch that is asked for', {
      hint: 'Look at the span with `voltana trace stats`, then give another --from or --to.',
    });
  const lines = ownLines(headerOf(trace, requests.length, files, header.voltana), requests);
  await store.writeLines(output, until(signal, lines));
  return statisticsOf(trace, requests, files, header);
}
