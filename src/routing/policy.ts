import type { PolicyRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import type { PolicyTunables } from '../domain/tunables.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { Arrivals, DecodeLoad, PrefillLoad } from '../telemetry/load.ts';

export interface Candidate<L> {
  readonly id: string;
  readonly load: L;
  readonly predictor: Predictor;
  /** Clocks that its governor may choose, ascending. */
  readonly clocksMhz: readonly number[];
  /** The clock asked for last. */
  readonly currentMhz: number;
  /** KV tokens that it holds at most; null where nobody told. */
  readonly kvCapacityTokens: number | null;
}

/** What a routing policy may look at. Both lists are in the cluster file's order and never empty. */
export interface RoutingQuestion {
  readonly nowMs: number;
  /** The head of the gateway's queue. */
  readonly request: PolicyRequest;
  readonly slo: Slo;
  /** Requests that arrive at the gateway; its queue holds this one, too. */
  readonly arrivals: Arrivals;
  readonly prefill: readonly Candidate<PrefillLoad>[];
  readonly decode: readonly Candidate<DecodeLoad>[];
}

/** The request goes now. */
export interface Placement {
  readonly kind: 'placement';
  readonly prefill: string;
  readonly decode: string;
  readonly reason: string;
}

/** The request, and all behind it, stay in the gateway's queue; asked again at `untilMs` or when anything ends before. */
export interface Hold {
  readonly kind: 'hold';
  readonly untilMs: number;
  readonly reason: string;
}

export type RoutingDecision = Placement | Hold;

/** Chooses a prefill and a decode instance for each request, or lets it wait where it can still go anywhere. */
export interface RoutingPolicy {
  readonly id: string;
  choose(question: RoutingQuestion): RoutingDecision;
  /**
   * The same with other tunables, each null as it was made, and with all that it remembers: it goes on in this one's place. Left out where
   * there is nothing to turn. @throws VoltanaError BAD_VALUE
   */
  retuned?(tunables: PolicyTunables): RoutingPolicy;
}
