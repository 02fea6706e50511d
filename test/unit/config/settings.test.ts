import { expect } from 'chai';
import Demo from '../../../commands/demo.ts';
import { settingsTemplate } from '../../../src/config/settings-template.ts';
import { flagOf, SETTING_KEYS, SETTINGS, variableOf } from '../../../src/config/setting.ts';
import { readSetting } from '../../../src/config/setting-text.ts';
import { parseSettingsFile } from '../../../src/config/settings-file.ts';
import { settingsFromVariables } from '../../../src/config/variables.ts';
import type { VoltanaError } from '../../../src/domain/errors.ts';
import { resolveSettings } from '../../../src/config/resolve-settings.ts';
import { nameOrigin } from '../../../src/config/name-origin.ts';
import { GOVERNORS } from '../../../src/governing/registry.ts';
import { ROUTINGS } from '../../../src/routing/registry.ts';
import { thrownBy } from '../../fixtures/thrown.ts';

describe('the schema of settings', () => {
  const flags = Demo.flags as Readonly<
    Record<string, { readonly type: string; readonly allowNo?: boolean; readonly default?: unknown; readonly description?: string }>
  >;
  /** What one run does, rather than what is set. */
  const OF_ONE_RUN = ['json', 'output', 'config', 'trace', 'dry-run'];

  it('names every flag of the demo, and nothing that is none', () => {
    expect(Object.keys(flags).sort()).to.deep.equal([...SETTING_KEYS.map(flagOf), ...OF_ONE_RUN].sort());
  });

  for (const key of SETTING_KEYS) {
    it(`${key}: its flag has no default of its own, says the default, and switches can be turned off`, () => {
      const flag = flags[flagOf(key)]!;
      expect(flag.default).to.equal(undefined);
      expect(flag.description)
        .to.contain(SETTINGS[key].description)
        .and.to.match(/\[default: .+\]$/);
      expect([flag.type, flag.allowNo ?? false]).to.deep.equal(SETTINGS[key].type === 'boolean' ? ['boolean', true] : ['option', false]);
    });

    it(`${key}: has either a default or a word for its absence`, () => {
      expect(SETTINGS[key].default === undefined).to.equal(SETTINGS[key]['x-unset'] !== undefined);
    });
  }

  it('every name is unique, and variables follow the keys', () => {
    expect(new Set(SETTING_KEYS.map(variableOf)).size).to.equal(SETTING_KEYS.length);
    expect([variableOf('sloTtftMs'), variableOf('rate'), variableOf('baselineGovernor')]).to.deep.equal([
      'VOLTANA_SLO_TTFT_MS',
      'VOLTANA_RATE',
      'VOLTANA_BASELINE_GOVERNOR',
    ]);
  });

  it('lists the governors and routing policies that there are', () => {
    for (const id of GOVERNORS) expect(SETTINGS.governor.description).to.contain(id);
    for (const id of ROUTINGS) expect(SETTINGS.routing.description).to.contain(id);
  });
});

describe('a setting from the environment', () => {
  for (const [variable, text, value] of [
    ['VOLTANA_RATE', '2.5', { rate: 2.5 }],
    ['VOLTANA_GATEWAY_PORT', '0', { gatewayPort: 0 }],
    ['VOLTANA_QUIET', 'TRUE', { quiet: true }],
    ['VOLTANA_COLOR', '0', { color: false }],
    ['VOLTANA_CLOCKS', '1005:1200', { clocks: '1005:1200' }],
    ['VOLTANA_CONFIG', 'my.yaml', {}],
    ['VOLTANA_RATE', '', {}],
  ] as const)
    it(`${variable}=${text}`, () => expect(settingsFromVariables({ [variable]: text })).to.deep.equal(value));

  for (const [variable, text, hint] of [
    ['VOLTANA_RATE', 'abc', /^Give a number from 0.01 to 1000\.$/],
    ['VOLTANA_RATE', '0x10', /^Give a number/],
    ['VOLTANA_SEED', '1.5', /^Give a whole number from 0 to/],
    ['VOLTANA_SLO_ITL_MS', '0', /^Give a number of at least 1\.$/],
    ['VOLTANA_QUIET', 'yes', /^Give true or false\.$/],
    ['VOLTANA_QUIET', 'constructor', /^Give true or false\.$/],
    ['VOLTANA_LOG_FORMAT', 'jsn', /^Did you mean json\? Give text or json\.$/],
    ['VOLTANA_CLOCKS', 'fast', /^Give MHZ\|PREFILL:DECODE\.$/],
  ] as const) {
    it(`refuses ${variable}=${text}, naming it`, () => {
      const error = thrownBy(() => settingsFromVariables({ [variable]: text }));
      expect(error).to.include({ code: 'BAD_VALUE', exitCode: 2, message: `${variable}=${text} is not usable` });
      expect(error.hint).to.match(hint);
    });
  }

  it('refuses a variable that nobody knows, with the nearest one or all of them', () => {
    const near = thrownBy(() => settingsFromVariables({ VOLTANA_SLO_TTFT: '5' }));
    expect(near).to.include({ code: 'UNKNOWN_KEY', exitCode: 2, message: 'unknown variable VOLTANA_SLO_TTFT in the environment' });
    expect(near.hint).to.match(/^Did you mean VOLTANA_SLO_TTFT_MS\?/);
    const far = thrownBy(() => settingsFromVariables({ VOLTANA_SOMETHING_ELSE_ENTIRELY: '5' }));
    expect(far.hint).to.match(/^Unset it\. .*VOLTANA_CONFIG, VOLTANA_CLUSTER/);
  });
});

describe('a settings file', () => {
  const parse = (text: string) => parseSettingsFile(`schemaVersion: 1\nkind: settings\n${text}`, 'my.yaml');

  it('sets what it says', () => expect(parse('rate: 3\ncolor: false')).to.deep.equal({ rate: 3, color: false }));

  for (const [text, says, hint] of [
    ['ratee: 3', /^my\.yaml: unknown key "ratee"$/, /Did you mean "rate"\?/],
    ['slo-ttft: 3', /unknown key "slo-ttft"/, /Did you mean "sloTtftMs"\?/],
    ['rate: fast', /^my\.yaml: rate must be a number, got "fast"/, /./],
    ['logFormat: xml', /logFormat is "xml"/, /Use "text" or "json"/],
    ['requests: 0', /requests must be >= 1, got 0/, /./],
  ] as const) {
    it(`refuses ${text}`, () => {
      const error = thrownBy(() => parse(text));
      expect([error.exitCode, error.message]).to.satisfy(([code, message]: [number, string]) => code === 2 && says.test(message));
      expect(error.hint).to.match(hint);
    });
  }

  it('the template sets nothing, explains everything, and each of its examples is valid once its # is gone, alone and with the others', () => {
    expect(parseSettingsFile(settingsTemplate(), 't')).to.deep.equal({});
    const uncommented = (text: string, key: string): string => text.replace(`\n# ${key}: `, `\n${key}: `);
    for (const key of SETTING_KEYS) {
      expect(settingsTemplate()).to.contain(`\n# ${key}: `).and.to.contain(variableOf(key));
      const value = SETTINGS[key].default ?? SETTINGS[key].examples?.[0];
      expect(parseSettingsFile(uncommented(settingsTemplate(), key), 't')).to.deep.equal({ [key]: value });
    }
    expect(Object.keys(parseSettingsFile(SETTING_KEYS.reduce(uncommented, settingsTemplate()), 't'))).to.deep.equal(SETTING_KEYS);
  });
});

describe('nameOrigin', () => {
  const settings = resolveSettings({
    file: { path: 'my.yaml', settings: { workload: 'azure-con' } },
    environment: { governor: 'fixd' },
    flags: { routing: 'ec0' },
  });
  const refused = (word: string) => thrownBy(() => readSetting('rate', word, `unknown thing "${word}"`));
  const messageFor = (word: string): string => (nameOrigin(refused(word), settings) as Error).message;

  it('says where a refused word stood, unless it was a flag or nobody said it', () => {
    expect(messageFor('fixd')).to.match(/^VOLTANA_GOVERNOR=fixd: unknown thing "fixd"/);
    expect(messageFor('azure-con')).to.match(/^my\.yaml: workload: unknown thing/);
    expect(messageFor('ec0')).to.match(/^unknown thing "ec0"/);
    expect(messageFor('elsewhere')).to.match(/^unknown thing/);
  });

  it('keeps the hint, and leaves other errors alone', () => {
    expect((nameOrigin(refused('fixd'), settings) as VoltanaError).hint).to.equal(refused('fixd').hint);
    const bug = new TypeError('fixd');
    expect(nameOrigin(bug, settings)).to.equal(bug);
  });
});
