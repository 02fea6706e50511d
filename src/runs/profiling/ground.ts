import type { LaunchedInstance, Role } from '../../domain/instance.ts';
import type { FittedCards, Provenance } from '../../domain/profile.ts';
import { loadSpace, type LoadSpace } from './designs/loads.ts';
import type { ProfileOptions } from './options.ts';
import { provenanceOf } from './provenance.ts';

/** What sweeps are designed from: everything about the deployment is known. */
export interface ProfileGround {
  readonly provenance: Provenance;
  /** Null where voltana has none of it. */
  readonly cards: FittedCards | null;
  readonly instances: readonly { readonly id: string }[];
  /** That a sweep may lock, ascending. */
  readonly clocksMhz: readonly number[];
  /** Those of the coarse grid. */
  readonly gridClocksMhz: readonly number[];
  readonly spaceOf: (instance: Pick<LaunchedInstance, 'id' | 'role'>) => LoadSpace;
  /** In all, over all instances. */
  readonly budgetGpuS: number;
  /** Held-out latency error at which a sweep ends. */
  readonly targetPct: number;
  readonly seed: number;
  readonly virtualTime: boolean;
}

export const spaceOf = (role: Role, options: ProfileOptions): LoadSpace => loadSpace(role, { ...options, tp: options.cluster.tp });

/** An emulated cluster is its cards. */
export const groundOf = (options: ProfileOptions): ProfileGround => ({
  ...options,
  provenance: provenanceOf(options),
  cards: { gpu: options.gpu, model: options.model, engine: options.engine },
  spaceOf: ({ role }) => spaceOf(role, options),
});
