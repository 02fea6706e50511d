import { VoltanaError } from '../domain/errors.ts';
import type { SettingKey, SettingValue } from '../domain/settings.ts';
import { nearest } from './nearest.ts';
import { numberText, readNumber } from './number-text.ts';
import { SETTINGS, type SettingSchema } from './setting.ts';

const WORDS: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

const fitsText = (text: string, { enum: listed, pattern, minLength = 0 }: SettingSchema): boolean =>
  text.length >= minLength && (listed?.includes(text) ?? true) && (pattern === undefined || new RegExp(pattern).test(text));

/** @returns undefined when the text is not usable */
const read = (text: string, schema: SettingSchema): SettingValue | undefined => {
  const { type } = schema;
  if (type === 'boolean') return Object.hasOwn(WORDS, text.toLowerCase()) ? WORDS[text.toLowerCase()] : undefined;
  if (type === 'string') return fitsText(text, schema) ? text : undefined;
  return readNumber(text, { ...schema, type });
};

/** What may be given, as the object of "Give ...". */
export const usableText = (schema: SettingSchema): string => {
  const { type } = schema;
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return schema.enum?.join(' or ') ?? schema['x-value'] ?? 'a text';
  return numberText({ ...schema, type });
};

/**
 * A setting's value from a text, wherever that stood.
 * @param where how the message begins: `--rate "abc"`, `VOLTANA_RATE=abc`
 * @throws VoltanaError BAD_VALUE
 */
export function readSetting(key: SettingKey, text: string, where: string): SettingValue {
  const schema = SETTINGS[key];
  const value = read(text, schema);
  if (value !== undefined) return value;
  const near = nearest(text, schema.enum ?? []);
  throw new VoltanaError('BAD_VALUE', `${where} is not usable`, {
    hint: `${near === null ? '' : `Did you mean ${near}? `}Give ${usableText(schema)}.`,
  });
}
