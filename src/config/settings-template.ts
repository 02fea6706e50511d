import { defaultText, flagOf, SETTING_KEYS, SETTINGS, variableOf } from './setting.ts';
import type { SettingKey } from '../domain/settings.ts';

const HEADING = `# Settings of voltana. Use them with --config FILE, or name this file in VOLTANA_CONFIG.
# The order is: defaults < this file < VOLTANA_* variables < flags. \`voltana config show --origin\` says what holds and why.
schemaVersion: 1
kind: settings
`;

/** A value that the line may hold once its \`#\` is gone. */
const example = (key: SettingKey): string => String(SETTINGS[key].default ?? SETTINGS[key].examples?.[0]);

const entry = (key: SettingKey): string =>
  `# ${SETTINGS[key].description} (default: ${defaultText(key)}; ${variableOf(key)}, --${flagOf(key)})\n# ${key}: ${example(key)}\n`;

/** A settings file in which everything is said and nothing is set. */
export const settingsTemplate = (): string => [HEADING, ...SETTING_KEYS.map(entry)].join('\n');
