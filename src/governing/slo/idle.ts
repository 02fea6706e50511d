import type { ClockDecision } from '../../domain/clock.ts';
import type { GoverningQuestion } from '../governor.ts';
import { heldMhz, idleForMs } from '../nearest.ts';
import type { SloTunables } from './tunables.ts';

/** Without work: stay through a short pause, then the lowest clock. */
export function decideIdle(question: GoverningQuestion, { idleAfterMs }: SloTunables): ClockDecision {
  if ((idleForMs(question) ?? 0) >= idleAfterMs) return { clockMhz: question.clocksMhz[0]!, reason: 'idle' };
  return { clockMhz: heldMhz(question), reason: 'idle: wait' };
}
