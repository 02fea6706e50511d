import type { LaunchedInstance } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Snapshot } from '../domain/snapshot.ts';

export interface Route {
  readonly prefill: LaunchedInstance;
  readonly decode: LaunchedInstance;
  readonly reason: string;
}

/** How a leg went, as far as its instance is to blame. */
export type LegOutcome =
  | 'ok'
  /** Not reached, broke off, answered 5xx. */
  | 'failed'
  /** Took the request and then said nothing for too long. */
  | 'stalled';

/**
 * What the gateway tells the control plane about each request; all calls are cheap, and only `route` and `reroute` may
 * take time. A request lives from `route` to its first `ended`: what is said of one that does not live counts nowhere.
 */
export interface Dispatcher {
  /**
   * Chooses instances and counts the request as dispatched, at once or when the routing policy lets it go.
   * @returns null for one that `ended` while it waited, or that waits when the control plane stops
   * @throws RangeError, counting nothing, for the id of a living request; VoltanaError NO_INSTANCE while no instance of a role may be used
   */
  route(request: PolicyRequest): Promise<Route | null>;
  /**
   * Its legs failed before its client saw anything: the request gives its places back and is routed again, ahead of
   * all that arrived after it, away from `culprits` while there are others. Null and errors as in `route`; null also for one that does not live.
   */
  reroute(requestId: string, culprits: readonly string[]): Promise<Route | null>;
  /** How a leg on an instance went: enough failures in a row take it out of routing until a probe succeeds. */
  legEnded(instanceId: string, outcome: LegOutcome): void;
  /** The prefill leg answered: its instance is free of this request. Left out, the first token says so. */
  prefillDone(requestId: string): void;
  /** A chunk with `count` > 0 tokens passed; the first one is the first token. */
  tokens(requestId: string, count: number): void;
  /** Ended. `usage` holds the prompt tokens as the engine counted them, where it told: too late for this request, which was routed on an estimate. */
  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled', usage?: { readonly promptTokens: number }): void;
  snapshot(): Snapshot;
}
