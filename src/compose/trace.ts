import { headerFields } from '../adapters/host/document-header.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import type { TraceStatistics } from '../domain/trace-statistics.ts';
import {
  importTrace,
  traceStatistics,
  type TraceImportRequest,
  type TracePorts,
  type TraceStatisticsRequest,
} from '../runs/tracing/import-trace.ts';
import { underSignals } from './signals.ts';

/** Reading a trace has no chance in it: the seed of its header says so. */
const NO_SEED = 0;

const portsOf = (argv: readonly string[], signal: AbortSignal): TracePorts => ({
  header: headerFields(argv, NO_SEED),
  store: fileStore(),
  signal,
});

export const statsOfTrace = (request: TraceStatisticsRequest, argv: readonly string[]): Promise<TraceStatistics> =>
  underSignals('trace', (signal) => traceStatistics(request, portsOf(argv, signal)));

/** Writes the workload file, and tells what it is like. */
export const importOfTrace = (request: TraceImportRequest, argv: readonly string[]): Promise<TraceStatistics> =>
  underSignals('trace', (signal) => importTrace(request, portsOf(argv, signal)));
