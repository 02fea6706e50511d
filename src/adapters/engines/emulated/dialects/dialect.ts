import type { ErrorBody, Handler } from '../http.ts';
import type { DeskRules, EngineNode } from '../node.ts';
import type { EngineSpec } from '../spec.ts';

export type Routes = Readonly<Record<string, Handler>>;

/** What makes an emulated engine pass for one of the real ones. */
export interface EmulatedDialect {
  readonly errorBody: ErrorBody;
  desk(spec: EngineSpec): DeskRules;
  /** Whether peers fetch KV from an engine of this role: it has a port for that. */
  hasKvPort(spec: EngineSpec): boolean;
  /** On the engine's own port, by method and path. */
  routes(node: EngineNode): Routes;
  /** On the KV port, besides the KV. */
  kvRoutes?(node: EngineNode): Routes;
}
