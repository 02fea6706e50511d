import type { DocumentHeader } from './run-record.ts';

/** Whose traces are read. */
export const TRACE_FORMATS = ['azure', 'burstgpt', 'mooncake', 'sharegpt', 'vllm', 'sglang', 'voltana'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** Tokens. */
export interface LengthSummary {
  readonly mean: number;
  readonly min: number;
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly total: number;
}

/** How requests come; null in a trace without times. */
export interface TraceArrivals {
  /** First to last arrival, s. */
  readonly spanS: number;
  /** Gaps over the span; null where all come at once, as are the others then. */
  readonly meanRps: number | null;
  /** Standard deviation over mean of the gaps: 1 for Poisson, above 1 for bursts. */
  readonly gapVariation: number | null;
  /** Requests of the fullest of the windows since the first arrival over those of a mean one; null where the span holds none. */
  readonly peakToMean: number | null;
  readonly windowS: number;
}

/** Prompts that begin alike. */
export interface TracePrefixes {
  /** Requests that tell their blocks. */
  readonly requests: number;
  /** Blocks of all of them, counted each time. */
  readonly blocks: number;
  /** Those that an earlier request had too. */
  readonly sharedBlocks: number;
  /** Of all blocks: what a cache without bounds would hold. */
  readonly sharedFraction: number;
  /** The same in tokens, of all prompt tokens of the trace. */
  readonly sharedTokenFraction: number;
}

/** What a trace is like. */
export interface TraceFigures {
  readonly requests: number;
  readonly timed: boolean;
  readonly arrivals: TraceArrivals | null;
  readonly promptTokens: LengthSummary;
  readonly outputTokens: LengthSummary;
  /** Of prompt and output length; null where one of them never changes. */
  readonly correlation: { readonly pearson: number | null; readonly rank: number | null };
  /** Null where no request tells its blocks. */
  readonly prefixes: TracePrefixes | null;
}

/** What `voltana trace stats` prints. */
export interface TraceStatistics extends DocumentHeader<'trace-statistics'>, TraceFigures {
  readonly files: readonly string[];
  readonly format: TraceFormat;
  /** Requests of the files that did no work and were left out. */
  readonly dropped: number;
  readonly notes: readonly string[];
}
