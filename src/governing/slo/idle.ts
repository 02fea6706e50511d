import type { ClockDecision } from '../../domain/clock.ts';
import type { GoverningQuestion } from '../governor.ts';
import type { SloTunables } from './tunables.ts';

/** The clock in force, or the nearest above it that may be chosen: an operator's bounds may leave out the one at the start. */
const hold = ({ clocksMhz, currentMhz }: GoverningQuestion): number =>
  clocksMhz.find((clockMhz) => clockMhz >= currentMhz) ?? clocksMhz.at(-1)!;

/** Without work: stay through a short pause, then the lowest clock. */
export function decideIdle(question: GoverningQuestion, tunables: SloTunables): ClockDecision {
  const { load, nowMs, clocksMhz } = question;
  const idleMs = load.idleSinceMs === null ? 0 : nowMs - load.idleSinceMs;
  return idleMs >= tunables.idleAfterMs ? { clockMhz: clocksMhz[0]!, reason: 'idle' } : { clockMhz: hold(question), reason: 'idle: wait' };
}
