import { VoltanaError } from '../domain/errors.ts';
import type { SettingKey, SettingValue } from '../domain/settings.ts';
import { nearest } from './nearest.ts';
import { SETTINGS, type SettingSchema } from './setting.ts';

const TRUE = ['true', '1'];
const FALSE = ['false', '0'];
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads one value of a kind; undefined when the text is not usable. */
type Reader = (text: string, schema: SettingSchema) => SettingValue | undefined;

/** A plain decimal number within bounds: not NaN, hex, empty or infinite. */
const readNumber: Reader = (text, { type, minimum = -Infinity, maximum = Infinity }) => {
  const value = DECIMAL.test(text.trim()) ? Number(text) : NaN;
  const fits = Number.isFinite(value) && value >= minimum && value <= maximum;
  return fits && (type === 'number' || Number.isSafeInteger(value)) ? value : undefined;
};

const readBoolean: Reader = (text) => {
  const word = text.trim().toLowerCase();
  if (TRUE.includes(word)) return true;
  return FALSE.includes(word) ? false : undefined;
};

const readString: Reader = (text, { enum: listed, pattern, minLength = 0 }) =>
  text.length >= minLength && (listed?.includes(text) ?? true) && (pattern === undefined || new RegExp(pattern).test(text)) ? text : undefined;

const READERS: Readonly<Record<SettingSchema['type'], Reader>> = { number: readNumber, integer: readNumber, boolean: readBoolean, string: readString };

const rangeText = ({ minimum = -Infinity, maximum = Infinity }: SettingSchema): string =>
  maximum === Infinity ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;

/** What may be given, as the object of "Give ...". */
export const usableText = (schema: SettingSchema): string => {
  if (schema.type === 'integer') return `a whole number ${rangeText(schema)}`;
  if (schema.type === 'number') return `a number ${rangeText(schema)}`;
  if (schema.type === 'boolean') return 'true or false';
  return schema.enum?.join(' or ') ?? schema['x-value'] ?? 'a text';
};

/**
 * A setting's value from a text, wherever that stood.
 * @param where how the message begins: `--rate "abc"`, `VOLTANA_RATE=abc`
 * @throws VoltanaError BAD_VALUE
 */
export function readSetting(key: SettingKey, text: string, where: string): SettingValue {
  const schema = SETTINGS[key];
  const value = READERS[schema.type](text, schema);
  if (value !== undefined) return value;
  const near = nearest(text, schema.enum ?? []);
  throw new VoltanaError('BAD_VALUE', `${where} is not usable`, { hint: `${near === null ? '' : `Did you mean ${near}? `}Give ${usableText(schema)}.` });
}
