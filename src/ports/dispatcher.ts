import type { LaunchedInstance } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Snapshot } from '../domain/snapshot.ts';

export interface Route {
  readonly prefill: LaunchedInstance;
  readonly decode: LaunchedInstance;
  readonly reason: string;
}

/** What the gateway tells the control plane about each request; all calls are synchronous and cheap. */
export interface Dispatcher {
  /** Chooses instances and counts the request as dispatched. */
  route(request: PolicyRequest): Route;
  /** The prefill leg answered: its instance is free of this request. */
  prefillDone(requestId: string): void;
  /** A chunk with `count` tokens passed; the first one is the first token. */
  tokens(requestId: string, count: number): void;
  /** Ended. `usage` corrects the estimated prompt tokens where the engine reported them. */
  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled', usage?: { readonly promptTokens: number }): void;
  snapshot(): Snapshot;
}
