import type { Origin, ResolvedSettings, SettingKey, SettingValue } from '../domain/settings.ts';

/** What a setting without a value means, by key. */
type Unset = (key: SettingKey) => string;

const entriesOf = (settings: ResolvedSettings) => Object.entries(settings) as [SettingKey, ResolvedSettings[SettingKey]][];

/** `default`, or the source and its name: `environment VOLTANA_RATE`. */
const originText = ({ source, name }: Origin): string => (name === null ? source : `${source} ${name}`);

const PLAIN_WORD = /^[A-Za-z][\w./-]*$/;
/** Words that YAML, of whatever version, takes for something else. */
const NOT_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A text that YAML could take for a number, a list or anything else stands in quotes. */
const scalar = (value: SettingValue): string =>
  typeof value !== 'string' || (PLAIN_WORD.test(value) && !NOT_TEXT.test(value)) ? String(value) : JSON.stringify(value);

/** A settings file that sets what holds now; what is left open is a comment. */
export const renderSettings = (settings: ResolvedSettings, unset: Unset): string => {
  const lines = entriesOf(settings).map(([key, { value }]) =>
    value === undefined ? `# ${key}: ${unset(key)}` : `${key}: ${scalar(value)}`,
  );
  return ['schemaVersion: 1', 'kind: settings', ...lines].join('\n');
};

/** A row per setting: its name, what holds, where that came from. */
export const renderOrigins = (settings: ResolvedSettings, unset: Unset): string => {
  const rows = entriesOf(settings).map(([key, { value, origin }]) => [
    key,
    value === undefined ? `(${unset(key)})` : String(value),
    originText(origin),
  ]);
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]!.length));
  const widths = [widthOf(0), widthOf(1)];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
};

/** Itself a valid settings file: JSON is YAML. */
export const settingsDocument = (settings: ResolvedSettings): object => ({
  schemaVersion: 1,
  kind: 'settings',
  ...Object.fromEntries(entriesOf(settings).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]]))),
});

export const originsDocument = (settings: ResolvedSettings): object => ({
  schemaVersion: 1,
  kind: 'settings-origins',
  settings: Object.fromEntries(entriesOf(settings).map(([key, { value, origin }]) => [key, { value: value ?? null, ...origin }])),
});
