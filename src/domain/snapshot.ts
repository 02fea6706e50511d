import type { Role } from './instance.ts';

/** One instance as the running system sees it. Null where nothing was observed yet. */
export interface InstanceSnapshot {
  readonly id: string;
  readonly role: Role;
  readonly askedMhz: number | null;
  readonly appliedMhz: number | null;
  readonly powerW: number | null;
  readonly energyJ: number | null;
  /** Prefill: requests sent and without first token. Decode: running requests. */
  readonly requests: number;
  /** Prefill: prompt tokens waiting. Decode: KV tokens held. */
  readonly tokens: number;
  readonly lastReason: string | null;
  readonly transitions: number;
}

/** The state of a running gateway: what `/voltana/snapshot` answers and every screen draws. */
export interface Snapshot {
  readonly kind: 'snapshot';
  readonly atMs: number;
  readonly governor: string;
  readonly routing: string;
  readonly instances: readonly InstanceSnapshot[];
  readonly requests: { readonly inFlight: number; readonly completed: number; readonly failed: number; readonly cancelled: number };
  readonly transitions: number;
  readonly warnings: readonly string[];
}
