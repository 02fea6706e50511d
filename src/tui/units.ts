import { number } from '../reporting/format.ts';
import { ms as milliseconds } from './text.ts';

/** `usual`: W, J per token, ms. `other`: kW, mJ per token, s. */
export type Units = 'usual' | 'other';

const KILO = 1000;

/** Numbers as the person before the screen wants them: the data stays in W, J and ms. */
export interface Scale {
  readonly power: { readonly unit: string; text(watts: number | null): string };
  readonly energy: {
    readonly unit: string;
    text(joules: number): string;
    /** Always as long: it changes while somebody looks. */ perToken(joules: number): string;
  };
  readonly time: { readonly unit: string; text(ms: number): string };
}

/** Three digits that mean something, without an exponent. */
const digits = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 100 || value === 0) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5);
};

const SCALES: Readonly<Record<Units, Scale>> = {
  usual: {
    power: { unit: 'W', text: (watts) => number(watts, 0) },
    energy: { unit: 'J', text: digits, perToken: (joules) => number(joules, 3) },
    time: { unit: 'ms', text: milliseconds },
  },
  other: {
    power: { unit: 'kW', text: (watts) => number(watts === null ? null : watts / KILO, 2) },
    energy: { unit: 'mJ', text: (joules) => digits(joules * KILO), perToken: (joules) => number(joules * KILO, 0) },
    time: { unit: 's', text: (ms) => (ms / KILO).toFixed(ms < 10 * KILO ? 3 : 1) },
  },
};

export const scaleOf = (units: Units): Scale => SCALES[units];
