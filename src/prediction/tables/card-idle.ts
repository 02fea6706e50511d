import type { GpuCard } from '../../domain/cards.ts';
import { createClockTables, idlePowerW } from '../analytic/clock-effects.ts';

/** What a card says of one GPU with nothing running, by clock (watts): tables of others do not tell. */
export function cardIdleW(gpu: GpuCard): (clockMhz: number) => number {
  const clocked = { clocks: createClockTables(gpu, gpu.power.kneeMhz) };
  return (clockMhz) => idlePowerW(clocked, clockMhz);
}
