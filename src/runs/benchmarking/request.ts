import type { BenchApi, BenchLoad } from '../../domain/bench.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Threshold } from '../../domain/judgement.ts';
import type { ServeOptions } from '../serving/options.ts';
import type { WallSource } from './wall-source.ts';

/** A bench as asked for, nothing looked up yet: plain data, so that a record or a journal of it can be run again. Undefined: as the default is. */
export interface BenchRequest {
  /** An endpoint that runs already; otherwise `cluster` is served. */
  readonly url?: string | undefined;
  readonly api?: string | undefined;
  readonly model?: string | undefined;
  readonly apiKeyFile?: string | undefined;
  /** Of the endpoint's certificate. */
  readonly caFile?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly cluster?: string | undefined;
  readonly fitted?: string | undefined;
  readonly governor?: string | undefined;
  readonly routing?: string | undefined;
  readonly clocks?: string | undefined;
  readonly gatewayPort?: number | undefined;
  readonly workload?: string | undefined;
  readonly trace?: string | undefined;
  readonly rate?: number | undefined;
  readonly burstiness?: number | undefined;
  readonly arrivals?: string | undefined;
  /** `FROM:TO` or `FROM:TO:exponential`, requests per second. */
  readonly ramp?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly durationS?: number | undefined;
  readonly requests?: number | undefined;
  readonly sloTtftMs?: number | undefined;
  readonly sloItlMs?: number | undefined;
  readonly repeat?: number | undefined;
  /** At most so long; 0 for none. */
  readonly warmUpS?: number | undefined;
  readonly seed: number;
  /** Address of the agent that meters the endpoint's GPUs. */
  readonly meterAgent?: string | undefined;
  readonly meterGpus?: string | undefined;
  readonly meterTokenFile?: string | undefined;
  readonly meterCaFile?: string | undefined;
  readonly meterCertFile?: string | undefined;
  readonly meterKeyFile?: string | undefined;
  /** A meter at the plug; see `wallSource`. */
  readonly wallMeter?: string | undefined;
  readonly wallMeterKeyFile?: string | undefined;
  readonly wallMeterInsecure?: boolean | undefined;
  /** Both configurations of an A/B test. */
  readonly ab?: readonly [string, string] | undefined;
}

/** How the load is told to a record, but for what only its schedule knows. */
export interface PlannedLoad {
  readonly load: Omit<BenchLoad, 'url' | 'api'>;
  readonly workload: string;
  readonly ratePerS: number | null;
  readonly durationS: number | null;
  readonly schedule: readonly WorkloadRequest[];
  /** Closed loops end by it. */
  readonly sendForMs: number | undefined;
  /** Other requests of the same kind, to warm up with: as many as it takes. */
  readonly warmUp: readonly WorkloadRequest[];
}

export interface UrlPlan {
  readonly kind: 'url';
  readonly url: string;
  readonly model: string | null;
  readonly agent: {
    readonly address: string;
    readonly gpus: readonly string[];
    readonly tokenFile?: string | undefined;
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
  } | null;
}

/** Where the load goes. */
export type SitePlan = UrlPlan | { readonly kind: 'cluster'; readonly serve: ServeOptions };

/** A bench, fully resolved: every id looked up, every number checked. */
export interface BenchOptions {
  readonly request: BenchRequest;
  readonly api: BenchApi;
  readonly site: SitePlan;
  /** Null where nobody measures at the wall. */
  readonly wall: WallSource | null;
  readonly planned: PlannedLoad;
  /** Null where neither the user nor the cluster file promises anything: the site may know. */
  readonly slo: Slo | null;
  readonly repeats: number;
  readonly warmUpS: number;
  readonly seed: number;
  readonly thresholds: readonly Threshold[];
  /** A run that this one is held against: its id, folder or file. */
  readonly baseline: string | undefined;
  readonly strict: boolean;
}
