import type { LatencySummary } from '../../../src/domain/latency-figures.ts';

/** What the client's process is asked for. */
export interface Job {
  readonly url: string;
  readonly model: string;
  readonly requestsPerS: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
  /** Requests before that time warm up compilers and connections: they are in no figure but the count of tokens. */
  readonly measuredFromMs: number;
  /** The end of the measured span: what runs out after it is in no figure of the process. */
  readonly measuredToMs: number;
  /** Where each gap is written down, as 64-bit numbers; null for nowhere. */
  readonly gapsFile: string | null;
}

export interface JobResult {
  readonly completed: number;
  readonly failed: number;
  readonly firstError: string | null;
  /** Of all requests. */
  readonly tokens: number;
  readonly measured: {
    readonly lateness: LatencySummary;
    readonly ttft: LatencySummary;
    readonly tpot: LatencySummary;
    readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
    readonly cpuS: number;
    readonly wallS: number;
    readonly tokens: number;
  };
  /** Of the tally, which a bench's record follows from. */
  readonly gaps: LatencySummary;
  /** From the first request's intended time until the last one's end. */
  readonly spanS: number;
  /** The most that the process ever held. */
  readonly residentBytes: number;
}

/** Of a client that reads nothing of what comes. */
export interface BareResult {
  readonly cpuS: number;
  readonly tokens: number;
  readonly lateness: LatencySummary;
}

/** Of a request by its place in the schedule: prompts follow from it. */
export const idOf = (index: number): string => `r${index}`;
