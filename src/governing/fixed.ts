import type { Role } from '../domain/instance.ts';
import type { Governor } from './governor.ts';

/** One clock per phase, whatever happens. */
export const fixedGovernor = (clockMhz: Readonly<Record<Role, number>>): Governor => ({
  id: 'fixed',
  decide: ({ load }) => ({ clockMhz: clockMhz[load.phase], reason: 'fixed clock' }),
});
