import type { Role } from '../domain/instance.ts';
import type { ScreenInstance, ScreenState } from '../domain/screen.ts';
import { number } from '../reporting/format.ts';
import { ms, short } from './text.ts';

export interface Cell {
  readonly text: string;
  /** Something here is not as it should be; the text itself says so with a sign. */
  readonly attention: boolean;
}

const UNKNOWN = '-';
/** Of the columns, in characters; the last one takes what is left. */
const WIDTHS = [10, 9, 8, 6, 8, 10, 12, 8, 6] as const;

const TITLES: Readonly<Record<ScreenState['measuring'], Readonly<Record<Role, readonly string[]>>>> = {
  profile: {
    prefill: ['MHz asked', 'applied', 'watts', 'prompts', 'tokens', 'latency ms', '', ''],
    decode: ['MHz asked', 'applied', 'watts', 'batch', 'KV tokens', 'latency ms', '', ''],
  },
  serving: {
    prefill: ['MHz asked', 'applied', 'watts', 'queue', 'tokens', 'TTFT p50 ms', 'p95', 'SLO'],
    decode: ['MHz asked', 'applied', 'watts', 'batch', 'KV tokens', 'gap p50 ms', 'p95', 'SLO'],
  },
};

const aligned = (cells: readonly string[]): string[] =>
  cells.map((cell, i) => (i === 0 ? cell.slice(0, WIDTHS[0] - 1).padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[i] ?? 0)));

/** The head of one role's rows. */
export const headOf = (role: Role, { measuring }: ScreenState, wide: boolean): string =>
  `${aligned([role, ...TITLES[measuring][role]]).join('')}${wide ? '   why' : ''}`;

const value = (of: number | null, text: (value: number) => string): string => (of === null ? UNKNOWN : text(of));

/** The promise that a row's latency is held against. */
const sloOf = (role: Role, { slo, measuring }: ScreenState): number | null => {
  if (measuring === 'profile') return null;
  return role === 'prefill' ? slo.ttftMs : slo.itlMs;
};

/** A row's cells: `!` marks a clock that is not the one asked for, and a 95th percentile beyond its promise. */
export const rowOf = (instance: ScreenInstance, state: ScreenState, wide: boolean): Cell[] => {
  const { id, role, askedMhz, appliedMhz, powerW, requests, tokens, p50Ms, p95Ms, reason } = instance;
  const sloMs = sloOf(role, state);
  const moved = appliedMhz !== null && appliedMhz !== askedMhz;
  const late = p95Ms !== null && sloMs !== null && p95Ms > sloMs;
  const serving = state.measuring === 'serving';
  const texts = aligned([
    id,
    value(askedMhz, String),
    `${moved ? '!' : ''}${value(appliedMhz, String)}`,
    number(powerW, 0).replace('n/a', UNKNOWN),
    value(requests, short),
    value(tokens, short),
    value(p50Ms, ms),
    serving ? `${late ? '!' : ''}${value(p95Ms, ms)}` : '',
    value(sloMs, String).replace(serving ? '' : UNKNOWN, ''),
  ]);
  const attention = (column: number): boolean => (column === 2 && moved) || (column === 7 && late);
  return [
    ...texts.map((text, i) => ({ text, attention: attention(i) })),
    ...(wide && reason !== null ? [{ text: `   ${reason}`, attention: false }] : []),
  ];
};
