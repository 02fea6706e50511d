import type { Origin, ResolvedSettings, SettingKey, Settings } from '../domain/settings.ts';
import { flagOf, SETTING_KEYS, SETTINGS, variableOf } from './setting.ts';

export interface SettingSources {
  readonly file: { readonly path: string; readonly settings: Partial<Settings> } | null;
  readonly environment: Partial<Settings>;
  /** Only those that were given: a flag's default is a default. */
  readonly flags: Partial<Settings>;
}

interface Found {
  readonly value: Settings[SettingKey] | undefined;
  readonly origin: Origin;
}

/** `--no-color` is how people write color: false. */
const flagName = (key: SettingKey, value: unknown): string => `--${value === false ? 'no-' : ''}${flagOf(key)}`;

/** Strongest first. */
const candidates = (key: SettingKey, { file, environment, flags }: SettingSources): readonly Found[] => [
  { value: flags[key], origin: { source: 'flag', name: flagName(key, flags[key]) } },
  { value: environment[key], origin: { source: 'environment', name: variableOf(key) } },
  { value: file?.settings[key], origin: { source: 'file', name: file?.path ?? null } },
];

const resolveOne = (key: SettingKey, sources: SettingSources): Found =>
  candidates(key, sources).find(({ value }) => value !== undefined) ?? {
    value: SETTINGS[key].default,
    origin: { source: 'default', name: null },
  };

/** Defaults < config file < environment < flags, for each setting on its own. */
export const resolveSettings = (sources: SettingSources): ResolvedSettings =>
  Object.fromEntries(SETTING_KEYS.map((key) => [key, resolveOne(key, sources)])) as unknown as ResolvedSettings;

export const valuesOf = (resolved: ResolvedSettings): Settings =>
  Object.fromEntries(SETTING_KEYS.map((key) => [key, resolved[key].value])) as unknown as Settings;

/** The settings among a command's flags, by flag name; those that were not given are undefined. */
export const settingsFromFlags = (flags: object): Partial<Settings> => {
  const given = new Map(Object.entries(flags));
  return Object.fromEntries(SETTING_KEYS.map((key) => [key, given.get(flagOf(key)) as unknown]));
};
