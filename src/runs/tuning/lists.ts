import { VoltanaError } from '../../domain/errors.ts';
import { readNumber, type NumberSchema, numberText } from '../../config/number-text.ts';
import { unknownId } from '../library.ts';

/** The parts of a list with commas, each once. @throws VoltanaError BAD_VALUE for one that is empty */
function partsOf(flag: string, text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes(''))
    throw new VoltanaError('BAD_VALUE', `--${flag} "${text}" has an empty place in its list`, {
      hint: 'Give values with commas between them.',
    });
  return [...new Set(parts)];
}

/** Some of what is known. @param what a kind of thing, for the message @throws VoltanaError UNKNOWN_ID naming the nearest, BAD_VALUE */
export function knownOf<T extends string>(flag: string, text: string, what: string, known: readonly T[]): T[] {
  return partsOf(flag, text).map((part) => known.find((one) => one === part) ?? unknownOf(what, part, known));
}

const unknownOf = (what: string, part: string, known: readonly string[]): never => {
  throw unknownId(what, part, known);
};

/** One of what is known. @throws VoltanaError UNKNOWN_ID naming the nearest */
export const oneOf = <T extends string>(text: string, what: string, known: readonly T[]): T =>
  known.find((one) => one === text) ?? unknownOf(what, text, known);

/** Numbers, ascending. @throws VoltanaError BAD_VALUE */
export function numbersOf(flag: string, text: string, schema: NumberSchema): number[] {
  const numbers = partsOf(flag, text).map((part) => {
    const value = readNumber(part, schema);
    if (value !== undefined) return value;
    throw new VoltanaError('BAD_VALUE', `--${flag} "${part}" is not usable`, { hint: `Each place takes ${numberText(schema)}.` });
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Every layout of a range is listed: their number grows with its square. */
const GPUS: NumberSchema = { type: 'integer', minimum: 1, maximum: 512 };

/** `8` or `2..16`. @throws VoltanaError BAD_VALUE for what is no range, or an empty one */
export function gpuRange(text: string): { readonly least: number; readonly most: number } {
  const [from = '', to = from, ...rest] = text.split('..').map((part) => part.trim());
  const [least, most] = [readNumber(from, GPUS), readNumber(to, GPUS)];
  if (least === undefined || most === undefined || rest.length > 0)
    throw new VoltanaError('BAD_VALUE', `--gpus "${text}" is no range of GPUs`, { hint: 'Give one number, or two as in 2..16.' });
  if (least <= most) return { least, most };
  throw new VoltanaError('BAD_VALUE', `--gpus ${text} is empty: ${least} is more than ${most}`, {
    hint: `Did you mean ${most}..${least}?`,
  });
}
