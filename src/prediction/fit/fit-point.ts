import type { Role } from '../../domain/instance.ts';
import type { IterationLoad } from '../predictor.ts';

/** What a fit sees of a measured point. All GPUs of the instance together. */
export interface FitPoint extends IterationLoad {
  /** The lock, not the applied clock: a capped point belongs to the clock that a governor would ask for. */
  readonly clockMhz: number;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly energyJ: number;
}

export interface IdlePoint {
  readonly clockMhz: number;
  readonly powerW: number;
}

/** All that was measured of one instance, checked: positive, finite numbers, at least one point. */
export interface InstanceData {
  readonly instance: string;
  readonly phase: Role;
  readonly tp: number;
  readonly points: readonly FitPoint[];
  readonly idle: readonly IdlePoint[];
}

/** Where a point lies on the staircase: rows of its GEMMs. */
export const rowsOf = (phase: Role, { batch, tokens }: IterationLoad): number => (phase === 'decode' ? batch : tokens);
