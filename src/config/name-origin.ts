import { VoltanaError } from '../domain/errors.ts';
import type { Resolved, ResolvedSettings, SettingKey } from '../domain/settings.ts';
import { SETTING_KEYS } from './setting.ts';

/** Shorter words stand in messages by chance. */
const SHORTEST = 3;

/** `VOLTANA_GOVERNOR=fixd`, `my.yaml: governor`; null for what the command line or nobody said. */
const placeOf = (key: SettingKey, { value, origin: { source, name } }: Resolved<unknown>): string | null => {
  if (source === 'environment') return `${name}=${String(value)}`;
  return source === 'file' ? `${name}: ${key}` : null;
};

/** Where some settings stand that a file or the environment set. */
export const writtenDown = (settings: ResolvedSettings, keys: readonly SettingKey[]): string[] =>
  keys.flatMap((key) => placeOf(key, settings[key]) ?? []);

/**
 * Says of a refused word where it stood, when that was not the command line: an id is only looked up long after the
 * settings were read. The longest word that the message quotes is taken for the refused one.
 */
export function nameOrigin(error: unknown, settings: ResolvedSettings): unknown {
  if (!(error instanceof VoltanaError) || error.kind !== 'user') return error;
  const quoted = SETTING_KEYS.map((key) => ({ key, setting: settings[key], word: settings[key].value }))
    .filter(({ word }) => typeof word === 'string' && word.length >= SHORTEST && error.message.includes(word))
    .sort((a, b) => String(b.word).length - String(a.word).length)[0];
  const place = quoted === undefined ? null : placeOf(quoted.key, quoted.setting);
  return place === null ? error : new VoltanaError(error.code, `${place}: ${error.message}`, { hint: error.hint, cause: error });
}
