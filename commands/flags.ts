import { Flags } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';

interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
}

const boundsText = ({ min, max, whole }: Bounds): string =>
  `${whole ? 'a whole number' : 'a number'} ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`;

/** Refuses what is not a plain decimal number within bounds: NaN, hex, empty and infinite included. */
function parseNumber(name: string, input: string, bounds: Bounds): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(input.trim()) ? Number(input) : NaN;
  const fits = Number.isFinite(value) && value >= bounds.min && value <= (bounds.max ?? Infinity);
  if (!fits || (bounds.whole && !Number.isSafeInteger(value))) {
    throw new VoltanaError('BAD_VALUE', `--${name} "${input}" is not usable`, { hint: `Give ${boundsText(bounds)}.` });
  }
  return value;
}

/** A flag whose value is a number within bounds. */
export const numberFlag = (name: string, description: string, bounds: Bounds) =>
  Flags.custom<number>({ description, parse: (input) => Promise.resolve(parseNumber(name, input, bounds)) });

/** @param more what the command does with it besides */
export const outputFlag = (more = '') =>
  Flags.string({ description: `write the document to FILE as well (.json)${more}`, helpValue: 'FILE', multiple: true });

/** What every command takes. */
export const commonFlags = {
  json: Flags.boolean({ description: 'print one JSON document on stdout and nothing else there' }),
  output: outputFlag(),
  quiet: Flags.boolean({ description: 'print the result only' }),
  verbose: Flags.boolean({ description: "print the processes' logs, and stacks with errors" }),
  color: Flags.boolean({ description: 'colours, on a terminal', default: true, allowNo: true }),
};
