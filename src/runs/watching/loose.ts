import { oneLine } from '../../domain/plain-text.ts';

/** Reads what another process said, whatever it is: what is missing or of another kind is unknown, and texts are safe to show. */
export type Fields = Readonly<Record<string, unknown>>;

const MOST_CHARACTERS = 500;
const NOTHING: Fields = {};

export const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : NOTHING);

export const numberOrNull = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** A count that nobody told is no number: it is shown as unknown, and written as null. */
export const countOf = (value: unknown): number => numberOrNull(value) ?? NaN;

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? oneLine(value.slice(0, MOST_CHARACTERS)) : null);

export const textOf = (value: unknown): string => textOrNull(value) ?? '-';

/** The last of them, at most so many. */
export const lastOf = (value: unknown, most: number): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]).slice(-most) : []);

/** One of the words that are known; the first of them for any other. */
export const wordOf = <T extends string>(value: unknown, known: readonly [T, ...T[]]): T => known.find((one) => one === value) ?? known[0];
