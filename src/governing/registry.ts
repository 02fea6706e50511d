import type { Role } from '../domain/instance.ts';
import { VoltanaError } from '../domain/errors.ts';
import { givenTunables, type GivenTunables, type PolicyTunables } from '../domain/tunables.ts';
import { ecofreqGovernor } from './ecofreq.ts';
import { fixedGovernor, type FixedId } from './fixed.ts';
import { floorGovernor } from './floor.ts';
import type { Governor } from './governor.ts';
import { maxGovernor } from './max.ts';
import { mpcGovernor, tunedMpc } from './mpc/index.ts';
import { sloGovernor } from './slo/index.ts';
import { tunedSlo } from './slo/tunables.ts';

export const GOVERNORS = ['max', 'fixed', 'ecofreq', 'fixed-best', 'slo', 'mpc', 'floor'] as const;
export type GovernorId = (typeof GOVERNORS)[number];

export interface GovernorOptions {
  /** `fixed` and `fixed-best` only: the clock per phase. */
  readonly fixedMhz?: Readonly<Record<Role, number>>;
  /** `slo` and `mpc` only: the others plan for no promise. */
  readonly tunables?: PolicyTunables;
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

/** @param made what it was made with: where a tunable is null later, this holds again */
const tunable = (make: (given: GivenTunables) => Governor, made: GivenTunables, turned: GivenTunables = {}): Governor => ({
  ...make({ ...made, ...turned }),
  retuned: (tunables) => tunable(make, made, givenTunables(tunables)),
});

/** @throws VoltanaError BAD_VALUE for a fixed governor without a clock, and for a tunable out of range */
export function createGovernor(id: GovernorId, options: GovernorOptions = {}): Governor {
  const given = givenTunables(options.tunables);
  switch (id) {
    case 'max':
      return maxGovernor;
    case 'fixed':
    case 'fixed-best':
      return fixedOf(id, options);
    case 'ecofreq':
      return ecofreqGovernor();
    case 'slo':
      return tunable((tunables) => sloGovernor(tunedSlo(tunables)), given);
    case 'mpc':
      return tunable((tunables) => mpcGovernor(tunedMpc(tunables), tunedSlo(tunables)), given);
    case 'floor':
      return floorGovernor;
  }
}
