import type { Role } from '../domain/instance.ts';
import { VoltanaError } from '../domain/errors.ts';
import { fixedGovernor } from './fixed.ts';
import type { Governor } from './governor.ts';
import { maxGovernor } from './max.ts';
import { sloGovernor } from './slo/index.ts';

/** Governors that exist today. */
export const GOVERNORS = ['max', 'fixed', 'slo'] as const;
export type GovernorId = (typeof GOVERNORS)[number];

export interface GovernorOptions {
  /** `fixed` only: its clock per phase. */
  readonly fixedMhz?: Readonly<Record<Role, number>>;
}

export function createGovernor(id: GovernorId, options: GovernorOptions = {}): Governor {
  if (id === 'max') return maxGovernor;
  if (id === 'slo') return sloGovernor();
  if (!options.fixedMhz)
    throw new VoltanaError('BAD_VALUE', 'governor fixed needs a clock', { hint: 'Give one with --clocks MHZ or --clocks PREFILL:DECODE.' });
  return fixedGovernor(options.fixedMhz);
}
