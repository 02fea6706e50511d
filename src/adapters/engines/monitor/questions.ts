import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { EngineGauges } from '../../../ports/engine.ts';
import type { Reply } from './ask.ts';

/** A GET on a path of the instance that is asked, or on a whole URL. */
export type AskInstance = (pathOrUrl: string) => Promise<Reply>;

/** What an engine of a kind can be asked, and how its answers are read. */
export interface Questions {
  /** Whether it would take requests. Rejects when it does not answer. */
  healthy(ask: AskInstance): Promise<boolean>;
  /**
   * Of a healthy one: whether it is who it should be, with what it tells of itself.
   * @throws VoltanaError for what waiting will not mend; any other error for what it may
   */
  check(ask: AskInstance, instance: LaunchedInstance): Promise<LaunchedInstance>;
  /** Null where it tells nothing. */
  gauges(ask: AskInstance): Promise<EngineGauges | null>;
}
