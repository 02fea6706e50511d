import type { Role } from '../domain/instance.ts';
import { VoltanaError } from '../domain/errors.ts';
import { ecofreqGovernor } from './ecofreq.ts';
import { fixedGovernor, type FixedId } from './fixed.ts';
import { floorGovernor } from './floor.ts';
import type { Governor } from './governor.ts';
import { maxGovernor } from './max.ts';
import { mpcGovernor } from './mpc/index.ts';
import { sloGovernor } from './slo/index.ts';

export const GOVERNORS = ['max', 'fixed', 'ecofreq', 'fixed-best', 'slo', 'mpc', 'floor'] as const;
export type GovernorId = (typeof GOVERNORS)[number];

export interface GovernorOptions {
  /** `fixed` and `fixed-best` only: the clock per phase. */
  readonly fixedMhz?: Readonly<Record<Role, number>>;
}

const HINTS: Readonly<Record<FixedId, string>> = {
  fixed: 'Give one with --clocks MHZ or --clocks PREFILL:DECODE.',
  'fixed-best':
    'It is found beforehand, by trying pairs on the same workload; give a pair of your own with --governor fixed --clocks PREFILL:DECODE.',
};

function fixedOf(id: FixedId, { fixedMhz }: GovernorOptions): Governor {
  if (!fixedMhz) throw new VoltanaError('BAD_VALUE', `governor ${id} needs a clock`, { hint: HINTS[id] });
  return fixedGovernor(fixedMhz, id);
}

/** @throws VoltanaError BAD_VALUE for a fixed governor without a clock */
export function createGovernor(id: GovernorId, options: GovernorOptions = {}): Governor {
  switch (id) {
    case 'max':
      return maxGovernor;
    case 'fixed':
    case 'fixed-best':
      return fixedOf(id, options);
    case 'ecofreq':
      return ecofreqGovernor();
    case 'slo':
      return sloGovernor();
    case 'mpc':
      return mpcGovernor();
    case 'floor':
      return floorGovernor;
  }
}
