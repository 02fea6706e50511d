import type { EngineRole, Role } from './instance.ts';
import type { Slo } from './slo.ts';

/** Where a prompt could have gone. Predictions are for the clock that held. */
export interface PrefillOption {
  readonly instance: string;
  readonly clockMhz: number;
  /** Prompts there, the running ones among them, and the tokens of all. */
  readonly waiting: number;
  readonly running: number;
  readonly waitingTokens: number;
  /** All that is there, as one iteration. */
  readonly aheadMs: number;
  /** This prompt alone. */
  readonly ownMs: number;
  /** From its arrival, were it sent there now. */
  readonly ttftMs: number;
  readonly joulesPerToken: number;
  readonly meetsSlo: boolean;
  readonly chosen: boolean;
}

/** Where an answer could have been produced: one iteration with this request among the others. */
export interface DecodeOption {
  readonly instance: string;
  readonly clockMhz: number;
  readonly batch: number;
  readonly incoming: number;
  readonly kvTokens: number;
  /** Null where nobody told. */
  readonly kvCapacityTokens: number | null;
  readonly gapMs: number;
  readonly powerW: number;
  /** Without this request. */
  readonly powerBeforeW: number;
  readonly joulesPerToken: number;
  readonly hasRoom: boolean;
  readonly meetsSlo: boolean;
  readonly chosen: boolean;
}

export interface HoldTold {
  readonly atMs: number;
  readonly untilMs: number;
  readonly reason: string;
}

export interface RoutingExplanation {
  readonly atMs: number;
  readonly request: { readonly id: string; readonly promptTokens: number; readonly waitedMs: number };
  /** Of the gateway's queue, this request included. */
  readonly queued: number;
  readonly requestRatePerS: number;
  readonly holds: readonly HoldTold[];
  readonly prefill: readonly PrefillOption[];
  readonly decode: readonly DecodeOption[];
  readonly reason: string;
}

/** What a clock would have brought for the load as it was. */
export interface ClockOption {
  readonly clockMhz: number;
  /** One iteration: all that waits (prefill), or all that streams (decode); 0 when nothing does. */
  readonly latencyMs: number;
  readonly powerW: number;
  readonly joulesPerToken: number | null;
  readonly meetsSlo: boolean;
  readonly held: boolean;
  readonly chosen: boolean;
}

export interface GoverningExplanation {
  readonly atMs: number;
  readonly instance: string;
  readonly phase: Role;
  /** Prompts (prefill) or requests that stream (decode), and their tokens. */
  readonly batch: number;
  readonly tokens: number;
  readonly currentMhz: number;
  readonly clockMhz: number;
  readonly reason: string;
  readonly options: readonly ClockOption[];
}

/** What was planned for the size and the roles of a fleet that may change them, and how far it had got. */
export interface ShapeExplanation {
  readonly atMs: number;
  /** The layout aimed at, and why it came to that. */
  readonly reason: string;
  readonly sets: readonly {
    readonly instance: string;
    readonly role: EngineRole;
    readonly presence: 'active' | 'draining' | 'resting' | 'waking';
  }[];
}

/** One decision as the policies saw it: where a request went, and the clocks that its instances got for it. */
export interface Explanation {
  readonly governor: string;
  readonly routing: string;
  readonly slo: Slo;
  readonly route: RoutingExplanation;
  readonly clocks: readonly GoverningExplanation[];
  /** Only where GPUs may change their role. */
  readonly shape?: ShapeExplanation;
}
