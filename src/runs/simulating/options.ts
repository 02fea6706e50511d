import type { ResizeOptions } from '../../control/resize/fleet-shape.ts';
import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import type { EngineRole, Role } from '../../domain/instance.ts';
import type { FittedDocument } from '../../domain/profile.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Slo } from '../../domain/slo.ts';
import type { PolicyTunables } from '../../domain/tunables.ts';
import type { GovernorId } from '../../governing/registry.ts';
import type { RoutingId } from '../../routing/registry.ts';

/** A simulation as asked for, nothing looked up yet. Exactly one of `fitted` and `gpu` with `model` names the devices. */
export interface SimulateRequest {
  readonly gpu: string | undefined;
  readonly model: string | undefined;
  /** An engine card. */
  readonly engine: string | undefined;
  readonly tp: number | undefined;
  /** A fitted document's file. */
  readonly fitted: string | undefined;
  readonly prefill: number | undefined;
  readonly decode: number | undefined;
  /** Instances that do both phases, in place of prefill and decode. */
  readonly aggregated: number | undefined;
  readonly workload: string | undefined;
  /** A trace's file, in place of the workload. */
  readonly trace: string | undefined;
  /** Of a workload, 8 when left out; a trace keeps its own times then. */
  readonly ratePerS: number | undefined;
  readonly burstiness: number | undefined;
  readonly durationS: number | undefined;
  readonly requests: number | undefined;
  readonly sloTtftMs: number | undefined;
  readonly sloItlMs: number | undefined;
  readonly governor: string | undefined;
  readonly routing: string | undefined;
  /** A list, or the one clock of governor `fixed`, or its PREFILL:DECODE. */
  readonly clocks: string | undefined;
  readonly seed: number;
  /** How many hostile worlds besides the nominal one. */
  readonly hostile: number;
  /** What may become of instances: a list of park or release, flip, aggregate. All stay awake in their roles when left out. */
  readonly resize: string | undefined;
  /** From an empty instance until its GPUs serve in another role, s; a cold start when left out, 0 for engines that serve both. */
  readonly reloadS: number | undefined;
  /** A request's id, or seconds of the run; empty for one in the middle. */
  readonly explain: string | undefined;
}

/** One clock for each phase. */
export type ClockPair = Readonly<Record<Role, number>>;
export type FleetSize = Readonly<Record<EngineRole, number>>;

/** Whose run of a scenario. */
export interface Contender {
  readonly governor: GovernorId;
  readonly routing: RoutingId;
  /** Of the fixed governors. */
  readonly fixedMhz: ClockPair | null;
  /** Of the policies that plan ahead; as they have it when left out. */
  readonly tunables?: PolicyTunables;
}

/** The cluster and what is asked of it, whoever governs. */
export interface Scenario {
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly tp: number;
  /** Predictors, and what is known of the devices; null for devices by the card, predicted by the cards. */
  readonly fitted: FittedDocument | null;
  readonly size: FleetSize;
  readonly slo: Slo;
  /** What governors may choose from, ascending. */
  readonly clocksMhz: readonly number[];
  readonly workload: string;
  readonly ratePerS: number | null;
  readonly durationS: number | null;
  /** Ascending by arrival; the same each time. */
  readonly schedule: () => Iterable<WorkloadRequest>;
  readonly seed: number;
}

/** What may become of the instances of a scenario. */
export interface ResizeWishes extends Omit<ResizeOptions, 'reshape'> {
  readonly flips: boolean;
  readonly aggregates: boolean;
}

/** A simulation, fully resolved: every id looked up, every number checked. */
export interface SimulateOptions {
  readonly scenario: Scenario;
  readonly contender: Contender;
  readonly hostile: number;
  readonly resize: ResizeWishes | null;
  readonly explain: ExplainAt | null;
}

/** Which decision to explain. */
export type ExplainAt = { readonly request: string } | { readonly fromMs: number };
