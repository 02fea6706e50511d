import type { ClusterFile } from './cluster.ts';
import type { Evidence } from './evidence.ts';
import type { RunConfig } from './run-record.ts';
import type { Slo } from './slo.ts';
import type { TuningChoice } from './tuning-choice.ts';

/** Whose requests a run of the simulator serves, where there are two tiers: those with a deadline alone, or all on one fleet. */
export type LoadTier = 'batch' | 'together';

/** Requests as they are served, simulated, over all runs that they were judged by. */
export interface ServedTier {
  readonly tier: 'interactive' | 'batch' | 'both';
  readonly choice: TuningChoice;
  /** Its `slo` is what governors and routing plan with: of the batch tier, what follows from the deadline. */
  readonly config: RunConfig;
  readonly gpus: number;
  /** From a request's arrival to the end of its answer; of both tiers, of the batch requests; null where there is none. */
  readonly deadlineS: number | null;
  /** Fraction of the requests that must keep what is promised. */
  readonly target: number;
  readonly attainment: number;
  /** One-sided, at the search's confidence. */
  readonly lowerBound: number;
  readonly meanPowerW: number;
  readonly peakPowerW: number;
  readonly joulesPerOutputToken: number;
  /** In the objective's own unit per million output tokens. */
  readonly objectivePerMillionTokens: number;
  /** The worst run's; null where there are other promises. */
  readonly e2eP99S: number | null;
  readonly judgedRequests: number;
  readonly judgedS: number;
  readonly evidence: Evidence;
}

/** One way to serve both tiers; figures are null where no configuration of it was found to keep what is promised. */
export interface ServingWay {
  readonly way: 'apart' | 'as-interactive';
  readonly served: readonly ServedTier[];
  readonly gpus: number | null;
  /** Joules of the whole load per second. */
  readonly meanPowerW: number | null;
  readonly joulesPerOutputToken: number | null;
  /** Of the objective per output token, against `apart`; positive is more. */
  readonly changePct: number | null;
  /** A file for `voltana serve` of each fleet, as `served` has them. */
  readonly clusters: readonly ClusterFile[];
  readonly text: string;
}

/** What a search says of a batch tier beside the interactive one. */
export interface TuningTiers {
  readonly workload: string;
  readonly rate: number;
  readonly deadlineS: number;
  readonly target: number;
  /** How the promises that policies plan with follow from the deadline. */
  readonly planned: { readonly slo: Slo; readonly text: string };
  /** The way that takes least. */
  readonly recommended: ServingWay['way'];
  readonly ways: readonly ServingWay[];
  /** How requests come to their tier. */
  readonly howToRoute: readonly string[];
  /** Simulated for the batch tier and for the comparison, beside what `search` says. */
  readonly simulations: number;
  readonly simulatedRequests: number;
  readonly reasons: readonly string[];
}
