import type { ClockTransition } from './clock.ts';
import type { Role } from './instance.ts';
import type { Histogram } from './latency-figures.ts';
import type { Slo } from './slo.ts';
import type { TuningSummary } from './tuning-orders.ts';

/** Of the newest requests only, as the gateway saw them; null when nothing came for a while. */
export interface RecentLatency {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Whether an instance gets requests: `probing` ones get one at a time, until one succeeds. */
export type Health = 'up' | 'probing' | 'down';

/** One instance as the running system sees it. Null where nothing was observed yet. */
export interface InstanceSnapshot {
  readonly id: string;
  readonly role: Role;
  /** Whose clock it runs at; its own id, unless its engine does both phases. */
  readonly domain: string;
  readonly health: Health;
  readonly askedMhz: number | null;
  readonly appliedMhz: number | null;
  readonly powerW: number | null;
  readonly energyJ: number | null;
  /** When power and energy were read, on the clock of `Snapshot.atMs`. */
  readonly meteredAtMs: number | null;
  /** Prefill: requests sent and without first token. Decode: running requests. */
  readonly requests: number;
  /** Prefill: prompt tokens waiting. Decode: KV tokens held. */
  readonly tokens: number;
  /** Decode: KV tokens that it has room for, as its engine or its card says. Left out by gateways before step 10; null where nobody knows. */
  readonly kvCapacityTokens?: number | null;
  /** Prefill: time to first token. Decode: gaps between the chunks of an answer. */
  readonly latency: RecentLatency;
  /** By how much its predictor has learnt to differ from its profile, at the load seen last; null where it does not learn. */
  readonly correctionPct: number | null;
  readonly lastReason: string | null;
  readonly transitions: number;
}

/** The state of a running gateway: what `/voltana/snapshot` answers and every screen draws. */
export interface Snapshot {
  readonly kind: 'snapshot';
  readonly atMs: number;
  /** Whether its engines, and so its joules, are modelled. Left out by gateways before step 8. */
  readonly mode?: 'emulated' | 'live';
  readonly governor: string;
  readonly routing: string;
  readonly slo: Slo;
  readonly instances: readonly InstanceSnapshot[];
  readonly requests: {
    readonly inFlight: number;
    /** Of those, waiting at the gateway. */
    readonly queued: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
    /** Times that a request went to other instances because its first ones failed. */
    readonly rerouted: number;
  };
  /** When the first request came, on the clock of `atMs`; null before. */
  readonly firstRequestAtMs: number | null;
  /** Passed on to clients so far. */
  readonly outputTokens: number;
  readonly transitions: number;
  /** The newest change of any clock. */
  readonly lastDecision: ClockTransition | null;
  /** The newest of them, newest last. Left out by gateways before step 10, as are the next two. */
  readonly decisions?: readonly ClockTransition[];
  /** Of the whole fleet over the last `windowS` seconds, as the gateway saw them: times to first token, gaps between chunks. */
  readonly histograms?: { readonly windowS: number; readonly ttftMs: Histogram; readonly itlMs: Histogram };
  readonly cluster?: { readonly name: string; readonly model: string; readonly gpu: string };
  /** While somebody tunes it live. */
  readonly tuning?: TuningSummary;
  readonly warnings: readonly string[];
}
