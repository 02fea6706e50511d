import type { TuningConstraints } from '../../domain/tuning.ts';

const PERCENT = 100;

/** To three digits, and whole beyond a thousand. */
export const rounded = (value: number): string => String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));

export const percentOf = (fraction: number): string => `${Number((PERCENT * fraction).toFixed(2))} %`;

export const joulesText = (value: number | null): string => (value === null ? 'an unknown energy' : `${rounded(value)} J per output token`);

/** A saving in percent; a negative one costs. */
export const savedText = (savedPct: number): string => `${Math.abs(savedPct).toFixed(1)} % ${savedPct >= 0 ? 'less' : 'more'}`;

/** What keeping means, for the end of a sentence. */
export const targetText = ({ sloTarget, confidence }: TuningConstraints): string =>
  `${percentOf(sloTarget)} of the requests, ${percentOf(confidence)} sure`;

/** What is saved of a reference, in percent; null where either is unknown or nothing. */
export const savedPctOf = (reference: number | null, value: number | null): number | null =>
  reference === null || value === null || !(reference > 0) || !(value < Infinity && reference < Infinity)
    ? null
    : PERCENT * (1 - value / reference);
