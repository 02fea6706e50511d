import type { LaunchedInstance } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Snapshot } from '../domain/snapshot.ts';

export interface Route {
  readonly prefill: LaunchedInstance;
  readonly decode: LaunchedInstance;
  readonly reason: string;
}

/**
 * What the gateway tells the control plane about each request; all calls are cheap, and only `route` may take time. A
 * request lives from `route` to its first `ended`: what is said of one that does not live counts nowhere.
 */
export interface Dispatcher {
  /**
   * Chooses instances and counts the request as dispatched, at once or when the routing policy lets it go.
   * @returns null for one that `ended` while it waited, or that waits when the control plane stops
   * @throws RangeError, counting nothing, for the id of a living request
   */
  route(request: PolicyRequest): Promise<Route | null>;
  /** The prefill leg answered: its instance is free of this request. Left out, the first token says so. */
  prefillDone(requestId: string): void;
  /** A chunk with `count` > 0 tokens passed; the first one is the first token. */
  tokens(requestId: string, count: number): void;
  /** Ended. `usage` holds the prompt tokens as the engine counted them, where it told: too late for this request, which was routed on an estimate. */
  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled', usage?: { readonly promptTokens: number }): void;
  snapshot(): Snapshot;
}
