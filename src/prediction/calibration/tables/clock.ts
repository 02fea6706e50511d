import type { GpuCard } from '../../../domain/cards.ts';
import type { Row } from './csv.ts';

/** A locked clock that the card knows. */
export function clockOf(row: Row, { id, clock }: GpuCard, column = 'sm_mhz'): number {
  const clockMhz = row.figure(column);
  if (clockMhz >= clock.minMhz && clockMhz <= clock.maxMhz) return clockMhz;
  throw row.reject(`${column} ${clockMhz} is outside ${clock.minMhz} to ${clock.maxMhz} MHz, the clocks of ${id}`);
}
