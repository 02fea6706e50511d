import type { PhaseInstance } from '../phases.ts';
import type { ProvenanceCards } from './provenance.ts';

/** A profile, fully resolved: every id looked up, every number checked. */
export interface ProfileOptions extends ProvenanceCards {
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
