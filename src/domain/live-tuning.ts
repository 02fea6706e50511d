import type { EngineRole, Role } from './instance.ts';
import type { Slo } from './slo.ts';

/**
 * What becomes of a clock domain's decisions. `governed`: they are set. `shadow`: they are made and logged, and the highest clock
 * holds. `control`: the highest clock holds, to compare with.
 */
export type Treatment = 'governed' | 'shadow' | 'control';

/** How far a rollout is. From `held` it may go on by itself; from `killed` only when somebody says so. */
export type RolloutStage = 'shadow' | 'canary' | 'tenth' | 'half' | 'all' | 'held' | 'killed';

/** What may be turned while a cluster runs. Null is as the policy has it. */
export interface LiveTunables {
  readonly itlTarget: number | null;
  readonly ttftTarget: number | null;
  /** Bounds of the clocks that may be chosen: the ladder. */
  readonly minClockMhz: Readonly<Record<Role, number | null>>;
  /** How much energy is worth against latency inside the promise: 1 as usual, 0 latency alone. Moved by a carbon or price signal. */
  readonly thrift: number;
}

/** Something that makes what is known doubtful. `domain` null: all of it. */
export interface LiveFault {
  readonly kind:
    | 'telemetry-silent'
    | 'driver-failed'
    | 'lease-lost'
    | 'predictor-invalid'
    | 'profile-mismatch'
    | 'engine-stalled'
    | 'gateway-restarted'
    | 'traffic-unseen';
  readonly domain: string | null;
  readonly text: string;
}

/** A finished request, as far as its promises go. */
export interface RequestVerdict {
  readonly arrivalMs: number;
  readonly endMs: number;
  readonly prefillDomain: string;
  readonly decodeDomain: string;
  readonly ttftMet: boolean;
  readonly itlMet: boolean;
}

/** Energy and tokens of a domain since the last look; null without a meter. */
export interface DomainWork {
  readonly domain: string;
  readonly energyJ: number | null;
  readonly tokens: number;
}

export interface LiveDomain {
  readonly id: string;
  readonly role: EngineRole;
  /** What it runs at; null or left out where nobody knows: then no ladder is learnt. */
  readonly clockMhz?: number | null;
}

/** One look of the guard at a cluster, every control period. */
export interface LiveObservation {
  readonly nowMs: number;
  readonly domains: readonly LiveDomain[];
  readonly finished: readonly RequestVerdict[];
  readonly work: readonly DomainWork[];
  readonly faults: readonly LiveFault[];
  /** Why somebody wants it to end, by command, file or signal; null while nobody does. */
  readonly kill: string | null;
  /** What energy costs now, in carbon or money per kWh; null while its source is silent, left out where there is none. */
  readonly signal?: number | null;
}

/** What the guard wants of the cluster until its next look. */
export interface LiveOrders {
  readonly stage: RolloutStage;
  readonly treatments: ReadonlyMap<string, Treatment>;
  readonly tunables: LiveTunables;
  /** What is new, for the audit log. */
  readonly audit: readonly AuditEntry[];
}

export interface AuditEntry {
  readonly atMs: number;
  readonly event: 'stage' | 'halt' | 'breach' | 'rollback' | 'tunables' | 'fault' | 'kill' | 'resume' | 'signal' | 'end';
  readonly text: string;
  readonly figures: Readonly<Record<string, number | string | null>>;
}

/** How fast the allowance of missed promises is spent: 1 is exactly the allowance. */
export interface BurnRate {
  readonly windowS: number;
  /** What it covers now: longer while requests are few, shorter at first. */
  readonly coversS: number;
  readonly requests: number;
  readonly rate: number | null;
}

/** What `/voltana/tuning` answers. */
export interface LiveTuningStatus {
  readonly kind: 'live-tuning';
  readonly stage: RolloutStage;
  readonly stageSinceMs: number;
  readonly reason: string;
  readonly slo: Slo;
  readonly sloTarget: number;
  readonly treatments: Readonly<Record<string, Treatment>>;
  readonly tunables: LiveTunables;
  readonly burnRates: readonly BurnRate[];
  /** Of governed instances against those at the highest clock, per token, as far as it went; null before both were seen. Not a proof: `voltana bench --ab` is. */
  readonly savedPct: number | null;
  readonly audit: readonly AuditEntry[];
}
