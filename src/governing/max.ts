import type { Governor } from './governor.ts';

/** The highest clock, always: what serving stacks do today, and the baseline. */
export const maxGovernor: Governor = {
  id: 'max',
  steady: true,
  decide: ({ clocksMhz }) => ({ clockMhz: clocksMhz.at(-1)!, reason: 'maximum clock' }),
};
