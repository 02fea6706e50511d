import { VoltanaError } from '../../domain/errors.ts';

/** Times are kept in units of 10 us. */
const UNITS_PER_MS = 100;

export const toUnits = (ms: number): number => Math.round(ms * UNITS_PER_MS);
export const fromUnits = (units: number): number => units / UNITS_PER_MS;

/** @throws VoltanaError FILE_MALFORMED, always */
export function problem(what: string): never {
  throw new VoltanaError('FILE_MALFORMED', `an entry of the journal cannot be used: ${what}`, {
    hint: 'The file was changed or damaged: begin the run anew.',
  });
}

type Line = readonly unknown[];

export function numberAt(line: Line, index: number): number {
  const value = line[index];
  return typeof value === 'number' ? value : problem(`value ${index + 1} is no number`);
}

/** Of what is counted. */
export function wholeAt(line: Line, index: number): number {
  const value = numberAt(line, index);
  return Number.isSafeInteger(value) && value >= 0 ? value : problem(`value ${index + 1} counts nothing`);
}

export function textAt(line: Line, index: number): string {
  const value = line[index];
  return typeof value === 'string' ? value : problem(`value ${index + 1} is no text`);
}
