import { expect } from 'chai';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { parseSettingsFile } from '../../../src/config/settings-file.ts';
import { resolveSettings, valuesOf } from '../../../src/config/resolve-settings.ts';
import { SETTING_KEYS, SETTINGS } from '../../../src/config/setting.ts';
import { settingsFromVariables } from '../../../src/config/variables.ts';
import type { ScreenState } from '../../../src/domain/screen.ts';
import { parseSpecLine } from '../../../src/processes/spec-line.ts';
import { parseScreenLine } from '../../../src/processes/screen-line.ts';
import { fleetFor } from '../../../src/runs/serving/fleet.ts';
import { parseGatewaySpec } from '../../../src/runs/serving/gateway-spec.ts';
import { Screen } from '../../../src/tui/screen.tsx';
import { QUIET_VIEW } from '../../../src/tui/view.ts';
import { fuzzes } from '../../fixtures/fuzz/fuzz.ts';
import { gatewaySpec } from '../../fixtures/gateway-spec.ts';
import { candidateScreen, profileScreen } from '../../fixtures/tui/screens.ts';

const text = (bytes: Buffer): string => bytes.toString('utf8');
const everySetting = SETTING_KEYS.map((key) => [key, SETTINGS[key].default ?? SETTINGS[key].examples![0]] as const);

/** YAML is slow to read: some of each type. */
const SETTINGS_YAML = [
  'schemaVersion: 1',
  'kind: settings',
  ...everySetting.filter((_, i) => i % 3 === 1).map(([key, value]) => `${key}: ${String(value)}`),
  '',
].join('\n');
const SETTINGS_JSON = JSON.stringify({ schemaVersion: 1, kind: 'settings', ...Object.fromEntries(everySetting) });

/** Each setting is of its type, and what the file sets holds. */
const usable = (settings: ReturnType<typeof parseSettingsFile>): void => {
  const held = valuesOf(resolveSettings({ file: { path: 'damaged.yaml', settings }, environment: {}, flags: {} }));
  for (const [key, value] of Object.entries(settings) as [keyof typeof settings, unknown][]) {
    expect(held[key]).to.equal(value);
    expect(typeof value).to.equal(SETTINGS[key].type === 'integer' ? 'number' : SETTINGS[key].type);
    if (typeof value === 'number') expect(value).to.be.within(SETTINGS[key].minimum ?? -Infinity, SETTINGS[key].maximum ?? Infinity);
  }
};

/** `NAME=text` lines, as an environment has them; the names of others are not ours to judge. */
const variablesIn = (bytes: Buffer): Record<string, string> =>
  Object.fromEntries(
    text(bytes)
      .split('\n')
      .filter((line) => line.startsWith('VOLTANA_') && line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
const VARIABLES = ['VOLTANA_RATE=8', 'VOLTANA_SEED=1', 'VOLTANA_TUI=false', 'VOLTANA_LOG_FORMAT=json', 'VOLTANA_CLOCKS=1005:1200', ''].join(
  '\n',
);

const CLOCKS_MHZ = [390, 690, 1005, 1410];
/** Whatever is accepted can govern: it answers with one of the GPU's clocks. */
const governs = (bytes: Buffer) => {
  const spec = parseGatewaySpec(parseSpecLine(text(bytes)));
  return { spec, fleet: fleetFor(spec, () => CLOCKS_MHZ) };
};

let shown = 0;
/** Drawing is slow: every so often one is drawn, in a window that is too small for it. */
const draws = (state: ScreenState): void => {
  shown += 1;
  if (shown % 25 !== 0) return;
  const { lastFrame, unmount } = render(createElement(Screen, { state, view: QUIET_VIEW, size: { columns: 60, rows: 14 } }));
  expect(lastFrame()!.split('\n').length).to.be.below(14);
  unmount();
};

describe('fuzz: settings, and what processes tell each other', () => {
  fuzzes('settings file', {
    seeds: [SETTINGS_YAML],
    read: (bytes) => parseSettingsFile(text(bytes), 'damaged.yaml'),
    says: /^damaged\.yaml: .+$/s,
    holds: usable,
  });
  fuzzes('settings file in JSON', {
    seeds: [SETTINGS_JSON],
    read: (bytes) => parseSettingsFile(text(bytes), 'damaged.json'),
    says: /^damaged\.json: .+$/s,
    holds: usable,
  });
  fuzzes('variables of the environment', {
    seeds: [VARIABLES],
    read: (bytes) => settingsFromVariables(variablesIn(bytes)),
    says: /VOLTANA_/,
    holds: usable,
  });
  fuzzes('spec line of a gateway', {
    seeds: [JSON.stringify(gatewaySpec()), JSON.stringify(gatewaySpec({ governor: 'fixed', fixedMhz: { prefill: 1005, decode: 690 } }))],
    read: governs,
    holds: ({ spec, fleet }) => {
      expect(fleet.domainIds).to.have.members(spec.instances.map(({ id }) => id));
      for (const domain of fleet.domainIds) {
        const command = fleet.evaluate(domain, 0);
        if (command) expect(CLOCKS_MHZ).to.include(command.clockMhz);
      }
    },
  });
  fuzzes('line for the screen', {
    seeds: [JSON.stringify(candidateScreen), JSON.stringify(profileScreen)],
    read: (bytes) => parseScreenLine(text(bytes)),
    says: /^a state for the screen/,
    holds: draws,
  });
});
