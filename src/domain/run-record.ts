import type { AbResult } from './ab.ts';
import type { BenchFigures, RepeatFigures } from './bench.ts';
import type { Evidence } from './evidence.ts';
import type { Explanation } from './explanation.ts';
import type { Role } from './instance.ts';
import type { Judgement, MetricVerdict } from './judgement.ts';
import type { Histogram, LatencySummary } from './latency-figures.ts';
import type { Slo } from './slo.ts';

/** What every document carries. */
export interface DocumentHeader<K extends string> {
  readonly schemaVersion: 1;
  readonly kind: K;
  /** The version that wrote it. */
  readonly voltana: string;
  readonly createdAt: string;
  readonly seed: number;
  readonly argv: readonly string[];
  readonly environment: Environment;
  readonly evidence: Evidence;
}

export interface Environment {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly cpus: number;
}

export interface RunConfig {
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly prefill: number;
  readonly decode: number;
  /** Engines that do both phases; left out where there are none. */
  readonly aggregated?: number;
  readonly workload: string;
  readonly rate: number | null;
  readonly durationS: number | null;
  readonly slo: Slo;
  readonly governor: string;
  readonly routing: string;
  readonly clocksMhz: readonly number[];
}

export interface RunEnergy {
  readonly total: number;
  readonly prefill: number;
  readonly decode: number;
  readonly method: 'counter' | 'integrated' | 'model';
  readonly uncertaintyPct: number;
}

export interface RequestCounts {
  readonly offered: number;
  readonly completed: number;
  readonly failed: number;
  readonly rejected: number;
  readonly cancelled: number;
  readonly unfinished: number;
}

/** Fractions of the offered requests that the client did not cancel; null when there are none. */
export interface SloAttainment {
  readonly ttft: number | null;
  readonly itl: number | null;
  readonly joint: number | null;
}

export interface Validity {
  readonly verdict: 'valid' | 'unstable' | 'invalid';
  readonly reasons: readonly string[];
}

/** One point a second, fewer where there would be thousands: `tS` says. `null` where nothing was observed. */
export interface RunSeries {
  readonly tS: readonly number[];
  readonly powerW: readonly (number | null)[];
  readonly outputTokens: readonly number[];
  readonly instances: readonly {
    readonly instance: string;
    readonly role: Role;
    readonly clockMhz: readonly (number | null)[];
    readonly powerW: readonly (number | null)[];
    /** Mean over the step. Prefill: prompts that were waiting or under way. Decode: running requests. Left out before step 10. */
    readonly requests?: readonly (number | null)[];
  }[];
  /** Of the first tokens, and of the gaps, that ended in the step; as clients saw them. Left out before step 10. */
  readonly ttftMs?: SeriesQuantiles;
  readonly itlMs?: SeriesQuantiles;
}

/** To about a tenth: from buckets. */
export interface SeriesQuantiles {
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
}

/** Energy and counts of one stretch of a run, for block bootstrap. */
export interface RunBlock {
  readonly startS: number;
  readonly endS: number;
  readonly energyJ: number | null;
  readonly outputTokens: number;
  readonly completed: number;
}

/** The result of any run: simulated, emulated or live. Fixed in step 1; later versions only add. */
export interface RunRecord extends DocumentHeader<'run'> {
  readonly mode: 'simulated' | 'emulated' | 'live';
  readonly config: RunConfig;
  readonly requests: RequestCounts;
  readonly ttftMs: LatencySummary;
  /** Gaps between chunks, over all requests. */
  readonly itlMs: LatencySummary;
  /** Mean gap of each request. */
  readonly tpotMs: LatencySummary;
  readonly e2eMs: LatencySummary;
  readonly sloAttainment: SloAttainment;
  /** Fraction of all gaps within the ITL SLO. */
  readonly itlTokenAttainment: number | null;
  readonly goodputRps: number;
  readonly inputTokensPerS: number;
  readonly outputTokensPerS: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** All GPUs, idle included, over `measuredS`; null without a meter. */
  readonly energyJ: RunEnergy | null;
  /** Seconds from the first intended arrival until the last request ended. */
  readonly measuredS: number;
  readonly meanPowerW: number | null;
  /** All GPUs, drained, under this run's governor: what a longer span would have cost per second. */
  readonly idlePowerW: number | null;
  readonly joulesPerRequest: number | null;
  readonly joulesPerOutputToken: number | null;
  readonly joulesPerToken: number | null;
  readonly clocks: {
    readonly transitions: number;
    readonly meanMhz: { readonly prefill: number | null; readonly decode: number | null };
    readonly residency: readonly { readonly instance: string; readonly mhz: number; readonly fraction: number }[];
  };
  readonly histograms: { readonly ttftMs: Histogram; readonly itlMs: Histogram; readonly tpotMs: Histogram; readonly e2eMs: Histogram };
  readonly series: RunSeries;
  readonly blocks: readonly RunBlock[];
  readonly repeats: readonly RepeatFigures[];
  /** How late the client sent: ms after the intended time. */
  readonly lateness: { readonly p50Ms: number | null; readonly p99Ms: number | null; readonly maxMs: number | null; readonly late: number };
  /** Why requests did not complete, the most frequent reason first; left out where all did. */
  readonly failures?: readonly { readonly reason: string; readonly count: number }[];
  readonly validity: Validity;
  readonly wallS: number;
  /** How long instances were released, summed, and what their GPUs drew meanwhile: part of `energyJ`, although they were free for others. */
  readonly released?: { readonly instanceS: number; readonly energyJ: number };
  /** How long instances were parked, summed, and what their GPUs drew meanwhile: part of `energyJ`. Only where they could be. */
  readonly parked?: { readonly instanceS: number; readonly energyJ: number };
  /** How long the engines of other roles were loaded, summed, and what the GPUs drew meanwhile; and how often. */
  readonly flipping?: { readonly flips: number; readonly instanceS: number; readonly energyJ: number };
  /** How long instances were in another role than at the start, loading it included. */
  readonly flipped?: { readonly instanceS: number; readonly energyJ: number };
  /** One decision as the policies saw it, where somebody asked for it. */
  readonly explanation?: Explanation;
  /** Of a bench: its client, its stream, its steady state. */
  readonly bench?: BenchFigures;
  /** What it was held against, where it was. */
  readonly judgement?: Judgement;
}

export interface MetricChange {
  readonly name: string;
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly changePct: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly significant: boolean | null;
  /** By significance and size together; left out by comparisons before step 8. */
  readonly verdict?: MetricVerdict;
  /** Corrected for the number of metrics; null where nothing could be tested. */
  readonly pValue?: number | null;
  /** Cliff's delta or standardised difference, as `method` says. */
  readonly effect?: number | null;
  /** A smaller change than this, in percent, is no change for anybody. */
  readonly practicalPct?: number;
  readonly method?: string;
}

type ComparisonVerdict = 'improved' | 'regressed' | 'same' | 'inconclusive' | 'invalid';

/** Two runs of the same requests, brought to the same span. */
export interface Comparison extends DocumentHeader<'comparison'> {
  readonly baseline: RunRecord;
  readonly candidate: RunRecord;
  /** Of J per delivered output token, over the common span; null without meters. */
  readonly energySavedPct: number | null;
  /** Both runs, the shorter extended at its idle power to the longer one's span. */
  readonly commonSpan: {
    readonly spanS: number;
    readonly baselineEnergyJ: number | null;
    readonly candidateEnergyJ: number | null;
    readonly baselineJoulesPerOutputToken: number | null;
    readonly candidateJoulesPerOutputToken: number | null;
  };
  readonly verdict: ComparisonVerdict;
  readonly reasons: readonly string[];
  readonly metrics: readonly MetricChange[];
  /** Where both were measured in turns on the same GPUs. */
  readonly ab?: AbResult;
}
