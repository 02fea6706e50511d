import type { GoverningQuestion } from './governor.ts';

/** The clock in force, or the nearest above it that may be chosen: an operator's bounds may leave out the one at the start. */
export const heldMhz = ({ clocksMhz, currentMhz }: Pick<GoverningQuestion, 'clocksMhz' | 'currentMhz'>): number =>
  clocksMhz.find((clockMhz) => clockMhz >= currentMhz) ?? clocksMhz.at(-1)!;

/** How long an instance has had nothing to do; null while it has. */
export const idleForMs = ({ load, nowMs }: Pick<GoverningQuestion, 'load' | 'nowMs'>): number | null =>
  load.idleSinceMs === null ? null : nowMs - load.idleSinceMs;
