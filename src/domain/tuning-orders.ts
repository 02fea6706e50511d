import type { BurnRate, LiveTuningStatus, RolloutStage } from './live-tuning.ts';

export const PACE_NAMES = ['usual', 'quick'] as const;
export type PaceName = (typeof PACE_NAMES)[number];

/** How live tuning is begun. */
export interface TuningStart {
  /** Fraction of requests that must keep both promises; 0.99 when left out. */
  readonly sloTarget?: number;
  readonly pace?: PaceName;
  /** On the gateway's machine, absolute: while it exists, the highest clock holds. Watched besides the gateway's own. */
  readonly killFile?: string;
}

/** What somebody tells a gateway about its live tuning. */
export type TuningOrder =
  | ({ readonly action: 'start' } & TuningStart)
  | { readonly action: 'stop' | 'kill' | 'resume'; readonly reason?: string }
  /** What energy costs now, in carbon or money per kWh; null: its source is silent. */
  | { readonly action: 'signal'; readonly value: number | null };

export type TuningStage = RolloutStage | 'off';

/** Energy and tokens of all domains since live tuning began. */
export interface TuningWork {
  readonly sinceMs: number;
  /** Null without a meter. */
  readonly energyJ: number | null;
  readonly outputTokens: number;
  /** That ended, and that their clients waited for. */
  readonly requests: number;
}

/** What `/voltana/tuning` answers: how the rollout stands, and where to take hold of it. */
export interface TuningView extends Omit<LiveTuningStatus, 'stage'> {
  readonly stage: TuningStage;
  readonly atMs: number;
  /** SIGUSR2 to this process kills it. */
  readonly pid: number;
  /** While one of these exists, the highest clock holds. */
  readonly killFiles: readonly string[];
  readonly auditFile: string | null;
  readonly work: TuningWork | null;
}

/** The short of it, as snapshots and metrics show it. */
export interface TuningSummary {
  readonly stage: RolloutStage;
  readonly stageSinceMs: number;
  readonly reason: string;
  readonly burnRates: readonly BurnRate[];
  readonly governed: number;
  readonly domains: number;
  readonly thrift: number;
  readonly savedPct: number | null;
}
