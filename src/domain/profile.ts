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
  readonly samples: number;
  readonly valid: boolean;
  readonly capped: boolean;
  readonly reasons: readonly string[];
}

/** What was measured: enough to tell whether a profile still matches a deployment. */
export interface Provenance {
  readonly cluster: string;
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly engine: string;
  readonly fingerprint: string;
}

export interface ProfileDocument extends DocumentHeader<'profile'> {
  readonly provenance: Provenance;
  readonly points: readonly ProfilePoint[];
  /** GPU power with nothing running, by instance and applied clock (watts, one GPU). */
  readonly idle: readonly { readonly instance: string; readonly clockMhz: number; readonly powerW: number }[];
  /** Wall seconds times the GPUs being measured, locks and warm-up included. */
  readonly gpuSeconds: number;
}

/** `value = perSequence * batch + perToken * tokens + constant`; tokens are KV tokens (decode) or prompt tokens (prefill). */
export interface LinearTerm {
  readonly perSequence: number;
  readonly perToken: number;
  readonly constant: number;
}

/** One clock level of one instance's fitted predictor. */
export interface FittedLevel {
  readonly clockMhz: number;
  readonly latencyMs: LinearTerm;
  readonly energyJ: LinearTerm;
  readonly idleW: number;
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
  /** Ascending by clock. */
  readonly levels: readonly FittedLevel[];
}

/** Errors on points that the fit had not seen. */
export interface FitQuality {
  readonly latencyMapePct: number | null;
  readonly powerMapePct: number | null;
  readonly r2: number | null;
  readonly heldOutPoints: number;
}

/** The DVFS table: per clock, over the profiled points of a phase. */
export interface DvfsRow {
  readonly clockMhz: number;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly energyJ: number;
}

export interface FittedDocument extends DocumentHeader<'fitted'> {
  readonly provenance: Provenance;
  readonly quality: { readonly prefill: FitQuality; readonly decode: FitQuality };
  readonly dvfs: { readonly prefill: readonly DvfsRow[]; readonly decode: readonly DvfsRow[] };
  readonly instances: readonly FittedInstance[];
}
