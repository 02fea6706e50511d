import type { RequestCounts } from './run-record.ts';

/** A recorded run as a list shows it. */
export interface ListedRun {
  /** Sorts by time: 20261123T145210Z-bench-3f9a. */
  readonly id: string;
  readonly folder: string;
  /** The command that made it. */
  readonly command: string;
  readonly startedAt: string;
  /** `running`: its process lives; `partial`: it ended without a document; `damaged`: its journal cannot be read. */
  readonly state: 'done' | 'running' | 'partial' | 'damaged';
  readonly bytes: number;
  /** Of its document, where there is one. */
  readonly summary: { readonly kind: string; readonly what: string; readonly verdict: string | null } | null;
}

/** What a run without a document has come to, as its journal tells: nothing of it is judged. */
export interface PartialRun {
  readonly run: ListedRun;
  /** As the run began with it. */
  readonly plan: object;
  readonly requests: Omit<RequestCounts, 'offered'> & { readonly ended: number };
  readonly outputTokens: number;
  /** Of load, over all repeats. */
  readonly seconds: number;
  /** Between the first and the last reading of each repeat; null without a meter. */
  readonly energyJ: number | null;
  readonly repeats: { readonly begun: number; readonly ended: number };
  /** Finished ones, of an A/B test. */
  readonly periods: number;
  readonly resumed: number;
  /** Of a last line that was not whole, and counts nowhere. */
  readonly tornBytes: number;
  readonly notes: readonly string[];
}
