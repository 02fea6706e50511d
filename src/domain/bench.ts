import type { Histogram, LatencySummary } from './latency-figures.ts';

/** How an endpoint is spoken to. */
export const BENCH_APIS = ['openai-completions', 'openai-chat', 'sglang-generate'] as const;
export type BenchApi = (typeof BENCH_APIS)[number];

export const ARRIVAL_KINDS = ['constant', 'poisson', 'gamma', 'empirical', 'ramp', 'trace'] as const;
export type ArrivalKind = (typeof ARRIVAL_KINDS)[number];

/** What was asked of the client. */
export interface BenchLoad {
  /** `open`: requests go out at their intended times, whatever became of the others; `closed`: so many at a time. */
  readonly loop: 'open' | 'closed';
  readonly api: BenchApi;
  /** Null for a closed loop. */
  readonly arrivals: ArrivalKind | null;
  /** Gamma shape of the gaps; null where none was drawn. */
  readonly burstiness: number | null;
  /** Of a ramp: its first and last rate, and how it goes from one to the other. */
  readonly ramp: { readonly startRps: number; readonly endRps: number; readonly strategy: 'linear' | 'exponential' } | null;
  readonly concurrency: number | null;
  /** Requests of the schedule. */
  readonly requests: number;
  /** SHA-256 of what the schedule asks for (times, lengths, prefixes): equal hashes are equal work. */
  readonly scheduleHash: string;
  /** Without credentials; null where voltana served the cluster itself. */
  readonly url: string | null;
}

/** How well the client did its own work. */
export interface ClientFigures {
  /** Of ms between the intended time and sending. */
  readonly lateness: Histogram;
  /** Of the client's own event loop: what it adds to any latency. Null where nobody watched. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** CPU seconds of the client's process over the measured span, and what a token cost of it. */
  readonly cpuS: number | null;
  readonly cpuUsPerToken: number | null;
}

/** What came over the wire, told apart so that nobody takes a gap for another. */
export interface StreamFigures {
  /** Streamed events that carried text. */
  readonly chunks: number;
  /** Output tokens in each of them, in the mean: above 1, gaps between chunks are not gaps between tokens. */
  readonly tokensPerChunk: number | null;
  /** Who counted output tokens: the server's usage, what each chunk said, or nobody (one token a chunk assumed). */
  readonly countedBy: { readonly usage: number; readonly chunks: number; readonly assumed: number };
  /** Each gap between chunks spread evenly over the tokens that ended it; `itlMs` of the record is of chunks. */
  readonly tokenGapMs: LatencySummary;
}

/** Requests before the measured ones; they are in no other figure. */
export interface WarmUp {
  readonly requests: number;
  readonly seconds: number;
  /** Whether latencies had settled when the measured part began; null where none was asked for. */
  readonly settled: boolean | null;
}

/** A stretch of the run by its own figures. Times are s since the first intended arrival. */
export interface Stretch {
  readonly startS: number;
  readonly endS: number;
  readonly completed: number;
  readonly outputTokens: number;
  readonly outputTokensPerS: number | null;
  readonly energyJ: number | null;
  readonly meanPowerW: number | null;
  readonly joulesPerOutputToken: number | null;
}

/** Ramp, steady state and drain of a run. `found`: a test told them apart; otherwise `steady` is null and the run is `unstable`. */
export interface SteadyState {
  readonly found: boolean;
  /** How it was looked for, in words. */
  readonly method: string;
  readonly ramp: Stretch | null;
  readonly steady: Stretch | null;
  readonly drain: Stretch | null;
}

/** Energy told in every way that somebody compares it; `energyJ` of the record is gross. */
export interface BenchEnergy {
  /** What the meters see. GPUs only unless a wall meter was given. */
  readonly scope: 'gpu' | 'wall';
  readonly grossJ: number;
  /** Gross less what the same GPUs draw idle over the same span; null where idle was not measured. */
  readonly aboveIdleJ: number | null;
  readonly idlePowerW: number | null;
  readonly perOutputTokenJ: number | null;
  readonly perTotalTokenJ: number | null;
  readonly perRequestJ: number | null;
  readonly aboveIdlePerOutputTokenJ: number | null;
  readonly prefillJ: number;
  readonly decodeJ: number;
  readonly method: string;
  readonly uncertaintyPct: number;
}

/** What a meter at the plug counted over the measured time, beside the GPUs' own meters. Without a figure, `note` says why. */
export interface WallEnergy {
  /** The meter as it was asked for. */
  readonly source: string;
  readonly method: 'counter' | 'integrated';
  readonly energyJ: number | null;
  readonly meanPowerW: number | null;
  /** Of what lies between readings; how well the meter itself measures is not in it. */
  readonly uncertaintyPct: number | null;
  readonly perOutputTokenJ: number | null;
  readonly perTotalTokenJ: number | null;
  readonly perRequestJ: number | null;
  readonly note: string | null;
}

/** What a bench knows beside what every run has. */
export interface BenchFigures {
  readonly load: BenchLoad;
  readonly client: ClientFigures;
  readonly stream: StreamFigures;
  readonly warmUp: WarmUp;
  readonly steadyState: SteadyState;
  readonly energy: BenchEnergy | null;
  /** Why there is no energy; null where there is. */
  readonly noMeter: string | null;
  /** Left out where no wall meter was asked for; never in `energy`. */
  readonly wall?: WallEnergy;
  /** What was asked for, as plain data: enough to ask for it again. */
  readonly request: Readonly<Record<string, unknown>>;
  /** How often a crash or a signal cut it in two; each time the load began anew. */
  readonly resumed: number;
}

/** One repeat of a run by the names that thresholds and comparisons use. */
export interface RepeatFigures {
  readonly seed: number;
  readonly energyJ: number | null;
  readonly joulesPerOutputToken: number | null;
  readonly joint: number | null;
  /** All metrics of that repeat; left out by runs that are no bench. */
  readonly metrics?: Readonly<Record<string, number | null>>;
}
