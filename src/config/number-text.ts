/** As in a JSON schema. */
export interface NumberSchema {
  readonly type: 'number' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A plain decimal number within bounds, and not NaN, hex, empty or infinite; undefined when the text is none. */
export const readNumber = (text: string, { type, minimum = -Infinity, maximum = Infinity }: NumberSchema): number | undefined => {
  const value = DECIMAL.test(text.trim()) ? Number(text) : NaN;
  const fits = Number.isFinite(value) && value >= minimum && value <= maximum;
  return fits && (type === 'number' || Number.isSafeInteger(value)) ? value : undefined;
};

/** What `readNumber` takes, as the object of "Give ...". */
export const numberText = ({ type, minimum = -Infinity, maximum = Infinity }: NumberSchema): string =>
  `${type === 'integer' ? 'a whole number' : 'a number'} ${maximum === Infinity ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`}`;
