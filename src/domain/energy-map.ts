import type { Evidence } from './evidence.ts';
import type { Role } from './instance.ts';

/** What a predictor says of one phase over clock and load: the picture in which an instance is a moving point. All of it is modelled. */
export interface EnergyMap {
  readonly role: Role;
  /** Whose predictor answered. */
  readonly instance: string;
  /** Where its predictor's figures come from. */
  readonly evidence: Evidence;
  /** Ascending. */
  readonly clocksMhz: readonly number[];
  /** Ascending. Decode: running requests. Prefill: prompt tokens of one iteration. */
  readonly loads: readonly number[];
  /** Decode: KV tokens of each running request that are assumed; null for prefill. */
  readonly contextTokens: number | null;
  /** `[load][clock]`: energy of one token of this phase, all GPUs of the instance; null where the predictor has no answer. */
  readonly joulesPerToken: readonly (readonly (number | null)[])[];
  /** `[load][clock]`: one iteration. Decode: the gap between tokens. */
  readonly latencyMs: readonly (readonly (number | null)[])[];
  /** The ITL promise for decode, the TTFT promise for prefill; null where there is none. */
  readonly sloMs: number | null;
}
