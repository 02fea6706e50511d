import type { Role } from '../domain/instance.ts';
import type { Governor } from './governor.ts';

/** `fixed-best` is `fixed` with the pair that was found, beforehand, to serve this workload best. */
export type FixedId = 'fixed' | 'fixed-best';

/** One clock per phase, whatever happens. */
export const fixedGovernor = (clockMhz: Readonly<Record<Role, number>>, id: FixedId = 'fixed'): Governor => ({
  id,
  steady: true,
  decide: ({ load }) => ({ clockMhz: clockMhz[load.phase], reason: id === 'fixed' ? 'fixed clock' : 'best fixed clock' }),
});
