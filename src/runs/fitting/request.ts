import type { Evidence } from '../../domain/evidence.ts';
import type { Fit } from '../../prediction/fit/fit-profile.ts';
import type { Store } from '../../ports/store.ts';
import type { Library } from '../library.ts';
import type { Measured } from './merge.ts';

export interface FitRequest {
  /** At least one. */
  readonly files: readonly string[];
  /** What tables were measured on, which they do not tell themselves. */
  readonly gpu: string | undefined;
  readonly model: string | undefined;
  readonly tp: number | undefined;
  /** Whose requests the DVFS tables are made for. */
  readonly workload: string;
}

export interface FitPorts {
  readonly store: Store;
  readonly library: Library;
  readonly exists: (path: string) => Promise<boolean>;
}

/** A fit, what it stands on, and the points it was made from: none for lookup tables, which are fits already. */
export interface FitParts {
  readonly fit: Fit;
  readonly evidence: Evidence;
  readonly measured: Measured | null;
}
