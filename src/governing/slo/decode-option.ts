import type { Stable } from './batch-model.ts';
import type { ClockOption } from './scan.ts';

export interface DecodeOption extends ClockOption {
  /** Where the present batch settles. */
  readonly settled: Stable;
  /** Where an empty instance would settle: the same, or below it if a batch step lies between. */
  readonly fromBelow: Stable;
  /** What that one costs and whether it keeps the SLO. */
  readonly fromBelowCost: number;
  readonly fromBelowFeasible: boolean;
}
