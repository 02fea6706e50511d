import { VoltanaError } from '../../../domain/errors.ts';
import type { ClockRange } from './overdrive.ts';

/** How a card was set. */
export interface Before {
  /** Of power_dpm_force_performance_level; null where there is none. */
  readonly level: string | null;
  /** The limits in pp_od_clk_voltage; null without such a file. */
  readonly sclk: ClockRange | null;
  readonly capW: number | null;
}

const FORMAT = 'amdgpu-1';

export const writeBefore = (before: Before): string => JSON.stringify({ format: FORMAT, ...before });

const parsed = (text: string): Record<string, unknown> => {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
};

const isClock = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0 && (value as number) < 100_000;

const isRange = (value: unknown): value is ClockRange => {
  const range = value as Partial<ClockRange> | null;
  return (
    typeof range === 'object' && range !== null && isClock(range.leastMhz) && isClock(range.mostMhz) && range.leastMhz <= range.mostMhz
  );
};

const isLevel = (value: unknown): value is string => typeof value === 'string' && /^[a-z_]{2,40}$/.test(value);
const isPower = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0;

/** @throws VoltanaError BAD_VALUE for a text that this driver has not written */
export const readBefore = (id: string, text: string): Before => {
  const { format, level, sclk, capW } = parsed(text);
  const wellFormed = (level === null || isLevel(level)) && (sclk === null || isRange(sclk)) && (capW === null || isPower(capW));
  if (format === FORMAT && wellFormed) return { level, sclk, capW };
  throw new VoltanaError('BAD_VALUE', `${id}: what is said to have been before its lock is no text of this driver: ${text.slice(0, 80)}`, {
    hint: 'Its clocks are unlocked; compare its other settings with those that you want.',
  });
};
