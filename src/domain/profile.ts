import type { DeviceFactors, EngineCard, GpuCard, ModelCard } from './cards.ts';
import type { Role } from './instance.ts';
import type { DocumentHeader } from './run-record.ts';

/** One operating point, measured. `latencyMs` is of one iteration; `powerW` the mean of one GPU; `energyJ` of all GPUs of the instance for one iteration. */
export interface ProfilePoint {
  readonly instance: string;
  readonly phase: Role;
  /** Applied clock, read back. */
  readonly clockMhz: number;
  readonly requestedClockMhz: number;
  /** Decode: running requests. Prefill: prompts in the iteration. */
  readonly batch: number;
  /** Decode: KV tokens of each running request (mean over the window). */
  readonly contextTokens?: number;
  /** Prefill: tokens of each prompt. */
  readonly promptTokens?: number;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly energyJ: number;
  /** The same from integrated power samples: the counter's cross-check. Null where the meter gave too few. */
  readonly integratedEnergyJ: number | null;
  /** Half width of the 95 % interval of the latency; null for a single sample. */
  readonly latencyCi95Pct: number | null;
  /** Fraction of the window at each applied clock. */
  readonly appliedClocks: readonly { readonly mhz: number; readonly fraction: number }[];
  readonly samples: number;
  readonly valid: boolean;
  readonly capped: boolean;
  readonly reasons: readonly string[];
  /** The repeated point that shows drift; it is not fitted. */
  readonly control: boolean;
}

/** A point where nobody drove the clocks, or nobody counted the joules: what nobody knows is null. */
export type RecordedPoint = Omit<ProfilePoint, 'clockMhz' | 'requestedClockMhz' | 'powerW' | 'energyJ'> & {
  readonly clockMhz: number | null;
  readonly requestedClockMhz: number | null;
  readonly powerW: number | null;
  readonly energyJ: number | null;
};

/** What was measured: enough to tell whether a profile still matches a deployment. */
export interface Provenance {
  readonly cluster: string;
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly engine: string;
  readonly fingerprint: string;
}

/** Power of one GPU of an instance with nothing running (watts). */
export interface IdlePower {
  readonly instance: string;
  readonly clockMhz: number;
  readonly powerW: number;
}

/** How the repeated control point of an instance moved: the largest change from the first one. */
export interface Drift {
  readonly instance: string;
  readonly phase: Role;
  readonly controls: number;
  readonly latencyPct: number;
  readonly powerPct: number;
  /** More than precision and noise explain: the later points are of another device than the first ones. */
  readonly beyondPrecision: boolean;
}

/** How much was measured on an instance, and what ended it: its design, or the budget. */
export interface SweepSummary {
  readonly instance: string;
  readonly points: number;
  readonly gpuSeconds: number;
  readonly ending: 'design' | 'budget';
}

export interface ProfileDocument extends DocumentHeader<'profile'> {
  readonly provenance: Provenance;
  readonly points: readonly ProfilePoint[];
  /** By instance and applied clock. */
  readonly idle: readonly IdlePower[];
  /** Wall seconds times the GPUs being measured, locks and warm-up included. */
  readonly gpuSeconds: number;
  /** Left out where no point was repeated. */
  readonly drift?: readonly Drift[];
  readonly sweeps?: readonly SweepSummary[];
}

/** Of whatever deployment: a `ProfileDocument` is one whose clocks were driven and whose joules were counted. */
export type RecordedProfile = Omit<ProfileDocument, 'points' | 'drift'> & {
  readonly points: readonly RecordedPoint[];
  readonly drift?: readonly (Omit<Drift, 'powerPct'> & { readonly powerPct: number | null })[];
};

/** `value = perSequence * batch + perToken * tokens + constant`; tokens are KV tokens (decode) or prompt tokens (prefill). */
export interface LinearTerm {
  readonly perSequence: number;
  readonly perToken: number;
  readonly constant: number;
}

/** A stretch (inclusive) between two steps of the batch staircase. */
export interface FittedSegment {
  /** Decode: running requests. Prefill: tokens of the iteration, since all of them are one batch of rows. */
  readonly batch: readonly [number, number];
  readonly latencyMs: LinearTerm;
  readonly energyJ: LinearTerm;
}

/** One clock level of one instance, in the reference's form. */
export interface FittedLevel {
  readonly clockMhz: number;
  /** All GPUs of the instance with nothing running. */
  readonly idleW: number;
  /** Ascending, without gaps; at least one. */
  readonly segments: readonly FittedSegment[];
}

/** How a device differs from its cards, as factors on the analytic model: the few parameters of the physics-informed fit. */
export interface FittedFactors extends DeviceFactors {
  /** What the power sensor shows per watt of the card. */
  readonly powerGain: number;
}

/** 95 % of errors on held-out points stay below these. */
export interface FitIntervals {
  readonly latencyPct: number;
  readonly powerPct: number;
}

/** The loads between which a fit was measured: a question outside them is an extrapolation. */
export interface FittedRange {
  readonly batch: readonly [number, number];
  readonly tokens: readonly [number, number];
}

export interface FittedInstance {
  readonly instance: string;
  readonly phase: Role;
  readonly range: FittedRange;
  /** Which of the two predicts: the one with the smaller cross-validated error. */
  readonly model: 'segments' | 'physics';
  readonly crossValidation: { readonly segments: FitQuality; readonly physics: FitQuality | null };
  readonly intervals: FitIntervals | null;
  /** Ascending by clock; always there, whichever predicts. */
  readonly levels: readonly FittedLevel[];
  /** Null where no cards are known. */
  readonly physics: FittedFactors | null;
}

/** Errors on points that the fit had not seen. */
export interface FitQuality {
  readonly latencyMapePct: number | null;
  readonly powerMapePct: number | null;
  readonly r2: number | null;
  readonly heldOutPoints: number;
}

/** One load of the DVFS table: what clock to hold when tokens arrive at this rate, at the batch that then runs by itself. */
export interface DvfsRow {
  /** Prefill: prompt tokens; decode: output tokens. Of one instance. */
  readonly tokensPerS: number;
  /** The stationary batch at the energy-minimal clock: running requests (decode), prompts in an iteration (prefill). */
  readonly batch: number;
  /** The energy-minimal clock, and what it gives. */
  readonly clockMhz: number;
  readonly latencyMs: number;
  /** All GPUs of the instance, idle time included. */
  readonly powerW: number;
  readonly energyPerTokenJ: number;
  /** Against the highest clock at the same load. */
  readonly savedPct: number;
  /** More energy one clock step away, the worse side. */
  readonly sensitivityPct: number;
  /** The lowest clock whose iteration meets each latency; null where none does. */
  readonly lowestMhz: readonly { readonly sloMs: number; readonly clockMhz: number | null }[];
}

/** The requests that DVFS tables are made for. Rates are of their tokens. */
export interface DvfsRequests {
  /** Id of the workload whose means these are. */
  readonly workload: string;
  readonly promptTokens: number;
  /** KV of a running request at a moment of its decoding. */
  readonly contextTokens: number;
}

/** The cards that a physics-informed fit stands on: a fitted document is whole without the shipped ones. */
export interface FittedCards {
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
}

export interface FittedDocument extends DocumentHeader<'fitted'> {
  readonly provenance: Provenance;
  /** Of a fit that ships: how it came about and how to make it again, in a sentence or two. */
  readonly source?: string;
  readonly quality: { readonly prefill: FitQuality; readonly decode: FitQuality };
  readonly dvfs: { readonly prefill: readonly DvfsRow[]; readonly decode: readonly DvfsRow[] };
  /** Left out where the tables are of requests as long as the points' (their median). */
  readonly dvfsRequests?: DvfsRequests;
  readonly instances: readonly FittedInstance[];
  readonly cards: FittedCards | null;
  /** What is worse than it should be, in sentences: points set aside, clocks too few, cards unknown. */
  readonly warnings: readonly string[];
}
