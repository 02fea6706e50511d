import type { PolicyRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { DecodeLoad, PrefillLoad } from '../telemetry/load.ts';

export interface Candidate<L> {
  readonly id: string;
  readonly load: L;
  readonly predictor: Predictor;
  /** Clocks that its governor may choose, ascending. */
  readonly clocksMhz: readonly number[];
  /** The clock asked for last. */
  readonly currentMhz: number;
}

/** What a routing policy may look at. Both lists are in the cluster file's order and never empty. */
export interface RoutingQuestion {
  readonly nowMs: number;
  readonly request: PolicyRequest;
  readonly slo: Slo;
  readonly prefill: readonly Candidate<PrefillLoad>[];
  readonly decode: readonly Candidate<DecodeLoad>[];
}

export interface RoutingDecision {
  readonly prefill: string;
  readonly decode: string;
  readonly reason: string;
}

/** Chooses a prefill and a decode instance for each request. */
export interface RoutingPolicy {
  readonly id: string;
  choose(question: RoutingQuestion): RoutingDecision;
}
