import type { Role } from '../domain/instance.ts';
import type { ScreenInstance, ScreenState } from '../domain/screen.ts';
import { short } from './text.ts';
import type { Scale } from './units.ts';

export interface Cell {
  readonly text: string;
  /** Something here is not as it should be; the text itself says so with a sign. */
  readonly attention: boolean;
}

const UNKNOWN = '-';
/** Of the columns after the name, in characters; the last one takes what is left. */
const WIDTHS = [9, 8, 6, 8, 11, 12, 8, 6] as const;
const NAMES = { narrow: 10, wide: 16 };

export const nameWidth = (wide: boolean): number => (wide ? NAMES.wide : NAMES.narrow);

const titlesOf = (role: Role, { measuring }: ScreenState, scale: Scale, kv: boolean): readonly string[] => {
  const { unit } = scale.time;
  const clocks = ['MHz asked', 'applied', scale.power.unit === 'W' ? 'watts' : scale.power.unit];
  const tokens = role === 'prefill' ? 'tokens' : kv ? 'KV used' : 'KV tokens';
  if (measuring === 'profile') return [...clocks, role === 'prefill' ? 'prompts' : 'batch', tokens, `latency ${unit}`, '', ''];
  return [
    ...clocks,
    role === 'prefill' ? 'queue' : 'batch',
    tokens,
    role === 'prefill' ? `TTFT p50 ${unit}` : `gap p50 ${unit}`,
    'p95',
    'SLO',
  ];
};

const aligned = (cells: readonly string[]): string[] => cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0));

/** The head of one role's rows, after the role's name. */
export const headOf = (role: Role, state: ScreenState, scale: Scale, wide: boolean): string => {
  const kv = state.instances.some(({ kvPct }) => typeof kvPct === 'number');
  return `${aligned(titlesOf(role, state, scale, kv)).join('')}${wide ? '   why' : ''}`;
};

const value = (of: number | null, text: (value: number) => string): string => (of === null ? UNKNOWN : text(of));

/** The promise that a row's latency is held against. */
const sloOf = (role: Role, { slo, measuring }: ScreenState): number | null => {
  if (measuring === 'profile') return null;
  return role === 'prefill' ? slo.ttftMs : slo.itlMs;
};

const tokensText = ({ tokens, kvPct }: ScreenInstance): string =>
  `${value(tokens, short)}${typeof kvPct === 'number' ? ` ${Math.round(kvPct)}%` : ''}`;

/** What a latency cannot be where nobody answers. */
const latencyText = ({ health, p50Ms }: ScreenInstance, { time }: Scale): string => (health ? `!${health}` : value(p50Ms, time.text));

/**
 * A row's cells after its name: `!` marks a clock that is not the one asked for, a 95th percentile beyond its promise,
 * and an instance that is not well.
 */
export const rowOf = (instance: ScreenInstance, state: ScreenState, scale: Scale, wide: boolean): Cell[] => {
  const { role, askedMhz, appliedMhz, powerW, requests, p95Ms, reason, health } = instance;
  const sloMs = sloOf(role, state);
  const moved = appliedMhz !== null && appliedMhz !== askedMhz;
  const late = p95Ms !== null && sloMs !== null && p95Ms > sloMs;
  const serving = state.measuring !== 'profile';
  const sloText = sloMs === null ? '' : scale.time.unit === 'ms' ? String(sloMs) : scale.time.text(sloMs);
  const texts = aligned([
    value(askedMhz, String),
    `${moved ? '!' : ''}${value(appliedMhz, String)}`,
    value(powerW, scale.power.text),
    value(requests, short),
    tokensText(instance),
    latencyText(instance, scale),
    serving ? `${late ? '!' : ''}${value(p95Ms, scale.time.text)}` : '',
    sloText,
  ]);
  const attention = (column: number): boolean =>
    (column === 1 && moved) || (column === 5 && health !== undefined) || (column === 6 && late);
  return [
    ...texts.map((text, i) => ({ text, attention: attention(i) })),
    ...(wide && reason !== null ? [{ text: `   ${reason}`, attention: false }] : []),
  ];
};
