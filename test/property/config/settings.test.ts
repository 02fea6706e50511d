import { expect } from 'chai';
import fc from 'fast-check';
import { parseJson } from '../../../src/config/json-text.ts';
import { resolveSettings, settingsFromFlags, valuesOf } from '../../../src/config/resolve-settings.ts';
import { defaultText, flagOf, SETTING_KEYS, SETTINGS, variableOf } from '../../../src/config/setting.ts';
import { readSetting } from '../../../src/config/setting-text.ts';
import { parseSettingsFile } from '../../../src/config/settings-file.ts';
import { settingsFromVariables } from '../../../src/config/variables.ts';
import type { ResolvedSettings, SettingKey, Settings, SettingValue, Source } from '../../../src/domain/settings.ts';
import { toJson } from '../../../src/reporting/json.ts';
import { renderOrigins, renderSettings, settingsDocument } from '../../../src/reporting/settings.ts';

const GIVEN = ['file', 'environment', 'flag'] as const;
const PATH = 'my.yaml';

/** Words that a YAML reader could take for something else. */
const WORDS = [
  'slo',
  'true',
  'null',
  '1e3',
  '007',
  '12:30',
  '~',
  '- a',
  'a: b',
  '# no',
  "it's",
  '"',
  ' x ',
  '[a]',
  '{',
  '&a',
  '*',
  '!t',
  '|',
  '%',
  '@',
  'ä\u2028b',
  '2020-01-01',
  '.nan',
  '0x1F',
  'a\tb',
];

/** Any value that a setting may have. */
const valueOf = (key: SettingKey): fc.Arbitrary<SettingValue> => {
  const { type, minimum = -1e6, maximum = 1e6, enum: listed, pattern } = SETTINGS[key];
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return fc.maxSafeInteger().map((value) => minimum + (Math.abs(value) % (maximum - minimum + 1)));
  if (type === 'number') return fc.double({ min: minimum, max: maximum, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
  if (listed) return fc.constantFrom(...listed);
  if (pattern !== undefined) return fc.tuple(fc.nat(3000), fc.nat(3000)).map(([a, b]) => (a % 2 ? `${a}` : `${a}:${b}`));
  return fc.oneof(
    fc.constantFrom(...WORDS),
    fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() === text && text !== ''),
  );
};

const some = fc.record(Object.fromEntries(SETTING_KEYS.map((key) => [key, valueOf(key)])), { requiredKeys: [] }) as fc.Arbitrary<
  Partial<Settings>
>;
const given = fc.record({ file: some, environment: some, flag: some });
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** As each source writes its values down. */
const resolved = ({ file, environment, flag }: Given): ResolvedSettings => {
  const variables = Object.fromEntries(Object.entries(environment).map(([key, value]) => [variableOf(key as SettingKey), String(value)]));
  const flags = Object.fromEntries(
    Object.entries(flag).map(([key, value]) => [
      flagOf(key as SettingKey),
      typeof value === 'boolean' ? value : readSetting(key as SettingKey, String(value), 'flag'),
    ]),
  );
  const text = toJson({ schemaVersion: 1, kind: 'settings', ...file });
  return resolveSettings({
    file: { path: PATH, settings: parseSettingsFile(text, 'my.json') },
    environment: settingsFromVariables(variables),
    flags: settingsFromFlags(flags),
  });
};

/** The rule itself, said once more: the last of these that says something. */
const strongest = (all: Given, key: SettingKey): readonly [Source, unknown] =>
  GIVEN.reduce<readonly [Source, unknown]>(
    (found, source) => (all[source][key] === undefined ? found : [source, all[source][key]]),
    ['default', SETTINGS[key].default],
  );

describe('properties of settings', () => {
  it('for every setting on its own: flag before environment before file before default, and the origin says which', () => {
    fc.assert(
      fc.property(given, (all) => {
        const holds = resolved(all);
        for (const key of SETTING_KEYS) {
          const [source, value] = strongest(all, key);
          expect(holds[key].value, key).to.equal(value);
          expect(holds[key].origin.source, key).to.equal(source);
          const names = {
            default: null,
            file: PATH,
            environment: variableOf(key),
            flag: `--${value === false ? 'no-' : ''}${flagOf(key)}`,
          };
          expect(holds[key].origin.name).to.equal(names[source]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('what is shown is a settings file that holds the same, as YAML and as JSON', () => {
    fc.assert(
      fc.property(given, (all) => {
        const holds = resolved(all);
        const again = (file: Partial<Settings>): Settings =>
          valuesOf(resolveSettings({ file: { path: PATH, settings: file }, environment: {}, flags: {} }));
        const text = renderSettings(holds, defaultText);
        expect(again(parseSettingsFile(text, PATH)), text).to.deep.equal(valuesOf(holds));
        expect(again(parseSettingsFile(toJson(settingsDocument(holds)), 'my.json'))).to.deep.equal(valuesOf(holds));
        expect(parseJson(toJson(settingsDocument(holds)))).to.include({ kind: 'settings' });
      }),
      { numRuns: 200 },
    );
  });

  it('the table of origins has a line per setting, whatever the values hold', () => {
    fc.assert(
      fc.property(given, (all) => {
        const lines = renderOrigins(resolved(all), defaultText).split('\n');
        expect(lines.map((line) => line.split(' ')[0])).to.deep.equal(SETTING_KEYS);
      }),
      { numRuns: 100 },
    );
  });
});
