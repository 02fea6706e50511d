import { expect } from 'chai';
import { resolveSettings, settingsFromFlags, valuesOf } from '../../../src/config/resolve-settings.ts';
import { flagOf, SETTING_KEYS, SETTINGS, variableOf } from '../../../src/config/setting.ts';
import { settingsFromVariables } from '../../../src/config/variables.ts';
import { parseSettingsFile } from '../../../src/config/settings-file.ts';
import { SOURCES, type SettingKey, type SettingValue, type Source } from '../../../src/domain/settings.ts';

type Given = readonly Exclude<Source, 'default'>[];

/** What each source says, all different where the type has that many values; falsy ones included. */
const VALUES: Readonly<Record<string, readonly [file: SettingValue, environment: SettingValue, flag: SettingValue]>> = {
  boolean: [true, false, true],
  number: [2, 3, 4],
  integer: [2, 3, 0],
  string: ['1005', '1110', '1200'],
};
/** `requests` must not be 0, and a log format is one of two. */
const SPECIAL: Partial<Record<SettingKey, readonly [SettingValue, SettingValue, SettingValue]>> = {
  requests: [2, 3, 4],
  logFormat: ['json', 'text', 'json'],
};

const said = (key: SettingKey, source: Given[number]): SettingValue =>
  (SPECIAL[key] ?? VALUES[SETTINGS[key].type]!)[['file', 'environment', 'flag'].indexOf(source)]!;

/** Through the very readers of each source. */
const resolved = (key: SettingKey, given: Given) => {
  const from = <T>(source: Given[number], read: (value: SettingValue) => T, none: T): T =>
    given.includes(source) ? read(said(key, source)) : none;
  return resolveSettings({
    file: from(
      'file',
      (value) => ({
        path: 'my.yaml',
        settings: parseSettingsFile(JSON.stringify({ schemaVersion: 1, kind: 'settings', [key]: value }), 'my.yaml'),
      }),
      null,
    ),
    environment: from('environment', (value) => settingsFromVariables({ [variableOf(key)]: String(value) }), {}),
    flags: from('flag', (value) => settingsFromFlags({ [flagOf(key)]: value }), settingsFromFlags({})),
  });
};

const NAMES = (key: SettingKey): Record<Source, string | null> => ({
  default: null,
  file: 'my.yaml',
  environment: variableOf(key),
  flag: `--${said(key, 'flag') === false ? 'no-' : ''}${flagOf(key)}`,
});

const ROWS: readonly (readonly [given: Given, winner: Source])[] = [
  [[], 'default'],
  [['file'], 'file'],
  [['environment'], 'environment'],
  [['flag'], 'flag'],
  [['file', 'environment'], 'environment'],
  [['file', 'flag'], 'flag'],
  [['environment', 'flag'], 'flag'],
  [['file', 'environment', 'flag'], 'flag'],
];

describe('defaults < file < environment < flags', () => {
  it('the table has every combination', () =>
    expect(new Set(ROWS.map(([given]) => given.join())).size).to.equal(2 ** (SOURCES.length - 1)));

  for (const [given, winner] of ROWS) {
    it(`said by ${given.join(' and ') || 'nobody'}: ${winner}, for each setting`, () => {
      for (const key of SETTING_KEYS) {
        const value = winner === 'default' ? SETTINGS[key].default : said(key, winner);
        expect(resolved(key, given)[key], key).to.deep.equal({ value, origin: { source: winner, name: NAMES(key)[winner] } });
      }
    });
  }

  it('one setting says nothing about another', () => {
    const settings = resolveSettings({
      file: { path: 'f', settings: { rate: 3, seed: 4 } },
      environment: { seed: 5 },
      flags: { requests: 6 },
    });
    expect(valuesOf(settings)).to.include({ rate: 3, seed: 5, requests: 6, baselineGovernor: 'max', tui: true });
    expect(settings.quiet.origin.source).to.equal('default');
  });

  it('a switch that is turned off is a flag that was given', () => {
    expect(
      resolveSettings({
        file: { path: 'f', settings: { quiet: true } },
        environment: { quiet: true },
        flags: settingsFromFlags({ quiet: false }),
      }).quiet,
    ).to.deep.equal({
      value: false,
      origin: { source: 'flag', name: '--no-quiet' },
    });
  });
});
