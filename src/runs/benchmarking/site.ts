import type { Evidence } from '../../domain/evidence.ts';
import type { RequestOutcome } from '../../domain/request.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { MeterReader } from './meter-reader.ts';

/** What runs the clocks and the routing of what is measured. */
export interface SiteState {
  readonly transitions: number;
  readonly warnings: readonly string[];
}

/** What a bench sends its load to, up and ready. */
export interface BenchSite {
  readonly url: string;
  /** As a record may tell it, without credentials; null where voltana serves it itself. */
  readonly shownUrl: string | null;
  readonly model: string;
  /** See `EndpointFacts`. */
  readonly tokensPerWord: number;
  readonly config: Omit<RunConfig, 'workload' | 'rate' | 'durationS' | 'slo'> & { readonly slo: RunConfig['slo'] | null };
  readonly mode: RunRecord['mode'];
  readonly evidence: Evidence;
  /** Null where nobody meters; why, in `noMeter`. */
  readonly reader: MeterReader | null;
  readonly noMeter: string | null;
  /** Null where nobody knows: an engine without a voltana gateway. */
  state(): Promise<SiteState | null>;
  /** What a voltana gateway there shows of itself; null where there is none. For people to look at: it may fail at any time. */
  snapshot(): Promise<Snapshot | null>;
  /** Told of every answer, by sites that have no other way to see that they fail. */
  outcome?(outcome: RequestOutcome): void;
  /** Resolves with the reason when it cannot go on; never after `close`. */
  readonly failed: Promise<Error>;
  /** Stops what was started for the bench, and nothing else. */
  close(): Promise<void>;
}
