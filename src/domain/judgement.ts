/** What a metric must keep: `ttft.p99<800`. */
export interface Threshold {
  /** As it was asked for. */
  readonly text: string;
  readonly metric: string;
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly limit: number;
}

export interface ThresholdResult extends Threshold {
  /** Null where the run could not tell: that is a failure too. */
  readonly value: number | null;
  readonly ok: boolean;
  /** Why the value is not known; left out where it is. */
  readonly reason?: string;
}

export type MetricVerdict = 'improved' | 'regressed' | 'same' | 'inconclusive';

/** What a run was held against. */
export interface Judgement {
  readonly thresholds: readonly ThresholdResult[];
  /** Null where no baseline was given. */
  readonly baseline: {
    /** File or run, as it was named. */
    readonly source: string;
    readonly verdict: MetricVerdict | 'invalid';
    readonly reasons: readonly string[];
  } | null;
}
