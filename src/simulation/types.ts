import type { FleetControl } from '../control/fleet-control.ts';
import type { EngineRole, Role } from '../domain/instance.ts';
import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';
import type { EmulatedInstanceSpec } from '../emulation/types.ts';
import type { Apart } from './time-apart.ts';

/** A request that is over, or that the simulation gave up. Times are ms since the start of the schedule. */
export interface SimulatedOutcome {
  readonly request: WorkloadRequest;
  readonly status: RequestOutcome['status'];
  readonly firstTokenMs: number | null;
  /** Null while unfinished. */
  readonly endMs: number | null;
  readonly outputTokens: number;
  readonly error: string | null;
}

/** One reading of one instance, as its own meter shows it. */
export interface SimulatedSample {
  readonly instance: string;
  readonly role: Role;
  readonly atMs: number;
  /** All GPUs, since the start. */
  readonly energyJ: number;
  readonly powerW: number;
  readonly appliedMhz: number;
  /** Prefill: prompts that wait or are under way. Decode: running requests. As the control plane counts them. */
  readonly requests: number | null;
}

/** Hears what the clients and the meters of a simulated cluster see. Nothing of it is kept by the simulator. */
export interface SimulationListener {
  ended(outcome: SimulatedOutcome): void;
  /** So many gaps between tokens ended at `atMs` after `gapMs` each; never the time to a first token. */
  gaps(gapMs: number, count: number, atMs: number): void;
  /** Output tokens of all requests, first ones included. */
  tokens(count: number, atMs: number): void;
  sample(sample: SimulatedSample): void;
  /** Every token of every request, where anybody wants to know: it costs time for each. Hostility delays none of them here. */
  token?(requestId: string, atMs: number): void;
}

export interface SimulationOptions {
  /** An instance of control each, of the same id; two of a clock domain of that id (see `halfOf`) where the role is `aggregated`, or may change. */
  readonly specs: readonly EmulatedInstanceSpec<EngineRole>[];
  /** Any of them may change its role. */
  readonly flexible?: boolean;
  /** Ascending by arrival; read as it is needed, so that it may be longer than memory. */
  readonly schedule: Iterable<WorkloadRequest>;
  readonly control: FleetControl;
  /** How often every governor is asked besides at each arrival. */
  readonly tickMs: number;
  readonly sampleMs: number;
  /** Simulated time after the last end, so that idle power shows. */
  readonly idleMs: number;
  /** Gives up on what still runs this long after the last arrival. */
  readonly drainMs: number;
  /** What this world does that no card says; none when left out. */
  readonly hostility?: Hostility;
  /** Draws everything that is left to chance in this world. */
  readonly seed?: number;
}

export interface SimulationSummary {
  readonly endMs: number;
  /** Iterations of all engines. */
  readonly iterations: number;
  /** Prompt tokens that prefill instances found in their prefix caches. */
  readonly cachedTokens: number;
  /** What instances were beside awake in their own role, and what their GPUs drew meanwhile: it is in the samples, too. */
  readonly parked: Apart;
  readonly released: Apart;
  /** While the engine of another role was loaded. */
  readonly flipping: Apart & { readonly flips: number };
  /** In another role than at the start, loading it and resting in it included. */
  readonly flipped: Apart;
}

/**
 * How a world differs from what anybody profiled. Unknown to every policy. Ranges are drawn evenly; per instance and
 * once, or per event, as it says.
 */
export interface Hostility {
  /** Every latency of an instance off by up to this factor's distance from 1, drawn once: 0.08 is +-8 %. */
  readonly latency: number;
  /** Power of each instance, likewise. */
  readonly power: number;
  /** Batch steps of each instance are moved by up to so many rows. */
  readonly stepRows: number;
  /** Clock calls of all instances wait for each other. */
  readonly serialisedCalls: boolean;
  /** From the end of a clock call until the clock holds: this range, and with the probability `tail` up to `tailMs`. */
  readonly settleMs: readonly [number, number];
  readonly settleTail: number;
  readonly settleTailMs: number;
  /** Added to an iteration: this range, and with the probability `rare` one of `rareJitterMs`. */
  readonly jitterMs: readonly [number, number];
  readonly rareJitter: number;
  readonly rareJitterMs: readonly [number, number];
  /** With this probability the chunk of an iteration reaches the gateway and the client together with the next one's. */
  readonly coalesced: number;
  /** With this probability a KV transfer takes `transferTailFactor` times as long. */
  readonly transferTail: number;
  readonly transferTailFactor: number;
  /** With this probability a lock is applied one step of the table lower than asked. */
  readonly appliedLower: number;
  /** With this probability the gateway does not hear of the end of a prefill or of an iteration's tokens. */
  readonly dropped: number;
}
