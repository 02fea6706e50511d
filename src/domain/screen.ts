import type { EnergyMap } from './energy-map.ts';
import type { Role } from './instance.ts';
import type { BurnRate, RolloutStage } from './live-tuning.ts';
import type { Slo } from './slo.ts';

export type PhaseStatus = 'waiting' | 'running' | 'done' | 'stopped';

/** One step of the work, as a line of the screen. */
export interface ScreenPhase {
  readonly name: string;
  readonly status: PhaseStatus;
  /** Null where nothing can be counted. */
  readonly progress: { readonly done: number; readonly total: number; readonly text: string } | null;
  readonly note: string;
}

/** One row of the fleet table. Null where nothing was observed. */
export interface ScreenInstance {
  readonly id: string;
  readonly role: Role;
  readonly askedMhz: number | null;
  readonly appliedMhz: number | null;
  /** All GPUs of the instance. */
  readonly powerW: number | null;
  /** Profile: the batch measured. Serving: waiting prompts (prefill) or running requests (decode). */
  readonly requests: number | null;
  readonly tokens: number | null;
  /** Profile: one iteration. Serving: recent TTFT (prefill) or gaps (decode). */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly reason: string | null;
  /** KV tokens held, of those that it has room for; null where nobody knows, and for prefill. */
  readonly kvPct?: number | null;
  /** Left out where all is well. */
  readonly health?: 'probing' | 'down';
}

/** Latencies of the newest requests. */
export interface ScreenHistogram {
  readonly name: 'TTFT' | 'gaps';
  readonly sloMs: number;
  /** Upper bounds of the buckets, ascending. */
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
}

/** A change of a clock, and why. */
export interface ScreenDecision {
  readonly instance: string;
  readonly fromMhz: number;
  readonly toMhz: number;
  readonly reason: string;
}

/** How far live tuning has come. */
export interface ScreenTuning {
  readonly stage: RolloutStage;
  readonly stageS: number;
  readonly reason: string;
  readonly governed: number;
  readonly domains: number;
  readonly savedPct: number | null;
  readonly burnRates: readonly BurnRate[];
}

/** A profile's points of one phase while they are measured, `[load][clock]`. */
export interface ScreenGrid {
  readonly role: Role;
  readonly instance: string;
  readonly clocksMhz: readonly number[];
  readonly loads: readonly number[];
  /** `null` not yet asked for; a number is the energy of one token in J. */
  readonly cells: readonly (readonly (null | 'invalid' | number)[])[];
}

/** One configuration of a search, as a point of a picture: simulated. */
export interface ScreenCandidate {
  readonly name: string;
  readonly joulesPerToken: number;
  /** Fraction of requests that kept both promises. */
  readonly attainment: number;
  readonly gpus: number;
  /** On the front of those that no other beats; `best` is what would be recommended now. */
  readonly standing: 'beaten' | 'front' | 'best';
}

/** Energy per delivered output token of both runs, up to the same time after their first request. */
export interface SavingSoFar {
  readonly savedPct: number;
  readonly baselineJPerToken: number;
  readonly candidateJPerToken: number;
  readonly atS: number;
}

/** Everything that the screen draws, as plain data: it crosses a process boundary as one line of JSON. */
export interface ScreenState {
  readonly title: string;
  /** Where the figures come from: never left out. */
  readonly evidence: string;
  readonly elapsedS: number;
  /** A forecast made before the start. */
  readonly expectedS: number | null;
  readonly phases: readonly ScreenPhase[];
  /** What the fleet table is about at the moment. */
  readonly measuring: 'profile' | 'serving' | 'searching';
  readonly slo: Slo;
  readonly instances: readonly ScreenInstance[];
  readonly saving: SavingSoFar | null;
  /** Joules per output token of the first run so far, while there is nothing to compare it with. */
  readonly baselineJPerToken: number | null;
  /** What stands in the place of a saving where there is nothing to compare with. */
  readonly figure?: { readonly label: string; readonly text: string };
  readonly decision: ScreenDecision | null;
  /** The newest, newest last; `decision` is the last of them. Left out by what keeps only that one. */
  readonly decisions?: readonly ScreenDecision[];
  readonly histograms?: readonly ScreenHistogram[];
  /** Energy over clock and load, one per phase; left out where no predictor is known. */
  readonly energyMaps?: readonly EnergyMap[];
  readonly tuning?: ScreenTuning;
  readonly grids?: readonly ScreenGrid[];
  readonly candidates?: readonly ScreenCandidate[];
  readonly warnings: readonly string[];
  /** Watts of the whole fleet over each run, evenly spaced on a common time axis. */
  readonly power: readonly { readonly name: string; readonly watts: readonly number[] }[];
}
