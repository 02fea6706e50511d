import type { EngineCard, GpuCard, ModelCard } from './cards.ts';
import type { EngineRole } from './instance.ts';
import type { ClusterFile } from './cluster.ts';
import type { Evidence } from './evidence.ts';
import type { FittedDocument } from './profile.ts';
import type { DocumentHeader, RunConfig } from './run-record.ts';
import type { Slo } from './slo.ts';
import type { TuningChoice } from './tuning-choice.ts';
import type { TuningTiers } from './tuning-tiers.ts';

export type { TuningChoice };

/** Devices to choose among. */
export interface DeviceVariant {
  readonly id: string;
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  /** Measured predictors, which hold for one `tp`; null for the cards' own. */
  readonly fitted: FittedDocument | null;
  /** As it is named on the command line: weights and KV. */
  readonly weights: 'bf16' | 'fp8';
  readonly kv: 'bf16' | 'fp8';
}

/** What is to be minimised, per output token. */
export type TuningObjective = 'energy' | 'cost' | 'carbon';

/** What every configuration has to keep. */
export interface TuningConstraints {
  readonly slo: Slo;
  /** Fraction of the requests that must keep both promises. */
  readonly sloTarget: number;
  /** One-sided: how sure the lower bound of the attainment must be. */
  readonly confidence: number;
  readonly gpus: { readonly least: number; readonly most: number };
  /** All GPUs together, in any second; null for no limit. */
  readonly powerBudgetW: number | null;
}

/** What joules and GPUs cost. */
export interface TuningPrices {
  /** Facility energy per GPU energy, >= 1. */
  readonly pue: number;
  readonly perKwh: number | null;
  readonly perGpuHour: number | null;
  readonly currency: string;
  readonly gramsCo2PerKwh: number | null;
}

/** How much of the load, drawn how: the same for every configuration that is compared (common random numbers). */
export interface Fidelity {
  readonly requests: number;
  readonly seed: number;
  /** Times the rate that was asked for. */
  readonly load: number;
  /** Number of a hostile world; null for the one that the cards tell of. */
  readonly hostileWorld: number | null;
}

/** One simulated run of one configuration, as much of it as a search needs. All energies are of the configuration's own GPUs, simulated. */
export interface Evaluation {
  readonly choice: TuningChoice;
  readonly fidelity: Fidelity;
  readonly gpus: number;
  /** Past the warm-up and before the last arrival: the ramp and the drain are left out. */
  readonly joulesPerOutputToken: number | null;
  readonly meanPowerW: number | null;
  /** The largest mean of one second. */
  readonly peakPowerW: number | null;
  /** Requests that kept both promises, by arrival, in blocks of consecutive requests: neighbours share their fate. */
  readonly kept: readonly { readonly met: number; readonly of: number }[];
  readonly ttftAttainment: number | null;
  readonly itlAttainment: number | null;
  readonly ttftP99Ms: number | null;
  readonly tpotP99Ms: number | null;
  /** From arrival to the last token; only where requests have a deadline. */
  readonly e2eP99Ms?: number | null;
  readonly goodputRps: number;
  readonly outputTokensPerS: number;
  /** Seconds of GPUs that were in nobody else's hands, and of those that were released meanwhile. */
  readonly gpuS: number;
  readonly releasedGpuS: number;
  /** What those drew meanwhile: part of the energies above, though their power was somebody else's. */
  readonly releasedEnergyJ: number;
  readonly spanS: number;
  /** Requests were left at the end: more load than this serves. */
  readonly overloaded: boolean;
  readonly evidence: Evidence;
}

/** A configuration that was judged, with what it is worth. */
export interface TunedConfiguration {
  readonly choice: TuningChoice;
  readonly config: RunConfig;
  readonly gpus: number;
  /** Over the judged runs: what the load of `judgedS` seconds costs. */
  readonly energyJ: number;
  readonly joulesPerOutputToken: number;
  /** In the objective's own unit per million output tokens. */
  readonly objectivePerMillionTokens: number;
  readonly meanPowerW: number;
  readonly peakPowerW: number;
  readonly sloAttainment: { readonly joint: number; readonly lowerBound: number; readonly ttft: number; readonly itl: number };
  readonly goodputRps: number;
  readonly ttftP99Ms: number | null;
  readonly tpotP99Ms: number | null;
  /** Requests over all seeds that it was judged on. */
  readonly judgedRequests: number;
  readonly judgedS: number;
  readonly evidence: Evidence;
}

/** How one setting's neighbours compare to the recommended configuration. */
export interface Sensitivity {
  readonly setting: string;
  readonly chosen: string;
  readonly other: string;
  /** Of the objective; positive is worse. */
  readonly changePct: number | null;
  readonly keeps: boolean;
}

/** The recommended configuration under conditions that it was not chosen for. */
export interface RobustnessCheck {
  readonly name: string;
  readonly load: number;
  readonly hostileWorlds: number;
  readonly joulesPerOutputToken: number | null;
  /** Against the baseline under the same conditions. */
  readonly savedPct: number | null;
  readonly joint: number | null;
  /** Worst tenth of the hostile worlds. */
  readonly jointP10: number | null;
  readonly savedP10Pct: number | null;
  /** The target on all runs together, without a margin for chance; whether it is kept surely, its lower bound says. */
  readonly keeps: boolean;
  /** One-sided, at the confidence asked for; older documents have none. */
  readonly lowerBound?: number | null;
  /** Hostile worlds in which the target is not kept, worst first. A world is drawn from its seed. */
  readonly failing?: readonly FailingWorld[];
}

export interface FailingWorld {
  readonly seed: number;
  readonly joint: number;
  /** No luck of one load explains it, at the confidence asked for. */
  readonly surely: boolean;
}

/** An answer to a question of capacity. */
export interface CapacityAnswer {
  readonly question: 'largest-rate' | 'fewest-gpus' | 'slo-price' | 'day';
  readonly text: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

export interface SearchFigures {
  /** Different configurations that were simulated, and runs of the simulator in all. */
  readonly configurations: number;
  readonly simulations: number;
  readonly simulatedRequests: number;
  /** Layouts that arithmetic refused: no room for the weights, or more work than they can do at the highest clock. */
  readonly refused: number;
  readonly rungs: readonly { readonly requests: number; readonly entered: number; readonly kept: number }[];
  readonly workers: number;
}

/** The result of `tune --search`. */
export interface Tuning extends DocumentHeader<'tuning'> {
  readonly mode: 'simulated';
  readonly objective: TuningObjective;
  readonly constraints: TuningConstraints;
  readonly prices: TuningPrices;
  readonly load: { readonly workload: string; readonly rate: number; readonly burstiness: number | null };
  readonly recommended: TunedConfiguration & {
    /** Ready to be served: `voltana serve --cluster`. */
    readonly cluster: ClusterFile;
    readonly why: readonly string[];
  };
  /** Those that no other beats in energy, attainment, goodput and GPUs at once; cheapest first. */
  readonly pareto: readonly (TunedConfiguration & { readonly knee: boolean })[];
  /** The given layout at the highest clock. */
  readonly baseline: TunedConfiguration;
  /** Against the baseline, of the objective. */
  readonly savedPct: number;
  readonly runnerUp: { readonly configuration: TunedConfiguration; readonly pricePct: number } | null;
  readonly sensitivity: readonly Sensitivity[];
  readonly robustness: readonly RobustnessCheck[];
  readonly capacity: readonly CapacityAnswer[];
  /** Only where a batch tier was asked for. */
  readonly tiers?: TuningTiers;
  readonly evaluated: number;
  readonly search: SearchFigures;
  readonly reasons: readonly string[];
  readonly wallS: number;
}

/** Size of a layout in GPUs. */
export const gpusOf = ({ tp, prefill, decode, aggregated }: Pick<TuningChoice, 'tp' | EngineRole>): number =>
  tp * (prefill + decode + aggregated);
