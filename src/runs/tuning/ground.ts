import type { ResizeTunables } from '../../control/resize/plan.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Slo } from '../../domain/slo.ts';
import type { DeviceVariant } from '../../domain/tuning.ts';
import type { WorkloadCard } from '../../workload/card.ts';

/** Requests drawn from a card, at a mean rate. */
export interface DrawnLoad {
  readonly kind: 'workload';
  readonly card: WorkloadCard;
  readonly ratePerS: number;
  /** Gamma shape of the gaps: 1 = Poisson. */
  readonly burstiness: number;
}

/** Requests as they once came, their times stretched to a mean rate; drawn at random at that rate where nobody wrote their times down. */
export interface TracedLoad {
  readonly kind: 'trace';
  /** As it is told to people: its file. */
  readonly name: string;
  /** Ascending by arrival; one at least. */
  readonly requests: readonly WorkloadRequest[];
  readonly timed: boolean;
  readonly ratePerS: number;
}

/** Loads that one fleet serves together, each with draws of its own. */
export interface MixedLoad {
  readonly kind: 'mixed';
  readonly name: string;
  readonly parts: readonly (DrawnLoad | TracedLoad)[];
  /** Of all parts. */
  readonly ratePerS: number;
}

export type TuningLoad = DrawnLoad | TracedLoad | MixedLoad;

/** Requests without a promised TTFT or gap, whose answers have to end in time. */
export interface BatchTier {
  readonly load: DrawnLoad | TracedLoad;
  /** From a request's arrival to its last token. */
  readonly deadlineMs: number;
  /** What governors and routing plan with in its place. */
  readonly slo: Slo;
}

/**
 * What all configurations of a search have in common, as plain data: it is sent to each worker once. What differs stands in each
 * task.
 */
export interface TuningGround {
  readonly variants: readonly DeviceVariant[];
  readonly load: TuningLoad;
  /** Of every task that names none of its own. */
  readonly slo: Slo;
  /** How fast instances go and come back, for configurations that let them rest. */
  readonly resize: ResizeTunables;
  /** Of tasks that name a tier; left out where there is none. */
  readonly batch?: BatchTier;
}

/** @throws VoltanaError UNKNOWN_ID */
export function variantOf({ variants }: Pick<TuningGround, 'variants'>, id: string): DeviceVariant {
  const variant = variants.find((one) => one.id === id);
  if (variant !== undefined) return variant;
  throw new VoltanaError('UNKNOWN_ID', `there is no device variant ${id}`, {
    hint: `There are: ${variants.map((one) => one.id).join(', ')}.`,
  });
}
