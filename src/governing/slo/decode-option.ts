import type { Stable } from './batch-model.ts';
import type { ClockOption } from './scan.ts';

export interface DecodeOption extends ClockOption {
  /** Where the present batch settles. */
  readonly settled: Stable;
}
