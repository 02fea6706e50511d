import type { ClusterFile } from '../../domain/cluster.ts';
import type { ClockDomainId } from '../../domain/instance.ts';
import type { FittedCards } from '../../domain/profile.ts';
import type { PhaseInstance } from '../phases.ts';
import type { ProvenanceCards } from './provenance.ts';

/** A profile of an emulated cluster, fully resolved: every id looked up, every number checked. */
export interface ProfileOptions extends ProvenanceCards {
  readonly real?: undefined;
  /** Those to be measured, in the cluster file's order. */
  readonly instances: readonly PhaseInstance[];
  /** That a sweep may lock, ascending. */
  readonly clocksMhz: readonly number[];
  /** Those of the coarse grid. */
  readonly gridClocksMhz: readonly number[];
  /** In all, over all instances. */
  readonly budgetGpuS: number;
  /** Held-out latency error at which a sweep ends. */
  readonly targetPct: number;
  readonly seed: number;
  readonly virtualTime: boolean;
}

/** One phase of an engine: the halves of one that does both share a domain, which has the engine's id. */
export type PhaseOfEngine = PhaseInstance & { readonly domain?: ClockDomainId };

/** A profile of engines of their own: what only they and the agents of their nodes know is asked when they run. */
export interface RealProfileOptions {
  readonly real: true;
  /** With the engines to be started or found for this, and no others. */
  readonly cluster: ClusterFile;
  /** Null where voltana has none of it. */
  readonly cards: FittedCards | null;
  readonly instances: readonly PhaseOfEngine[];
  /** As asked for, ascending; null: all that the driver has. */
  readonly clocksMhz: readonly number[] | null;
  readonly budgetGpuS: number;
  readonly targetPct: number;
  readonly seed: number;
}

export type AnyProfileOptions = ProfileOptions | RealProfileOptions;
