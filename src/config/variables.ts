import { VoltanaError } from '../domain/errors.ts';
import type { Settings } from '../domain/settings.ts';
import { nearest } from './nearest.ts';
import { SETTING_KEYS, variableOf } from './setting.ts';
import { readSetting } from './setting-text.ts';

/** Names the config file, as `--config` does. */
export const CONFIG_VARIABLE = 'VOLTANA_CONFIG';

/** What an agent is told by whoever starts it: the name of its node, and another NVML library than the system's. */
export const NODE_VARIABLE = 'VOLTANA_NODE';
export const NVML_VARIABLE = 'VOLTANA_NVML_LIBRARY';

/** Where runs are kept. */
const RUNS_VARIABLE = 'VOLTANA_RUNS_DIR';

const KEY_OF = new Map(SETTING_KEYS.map((key) => [variableOf(key), key]));
const KNOWN = [CONFIG_VARIABLE, ...KEY_OF.keys(), NODE_VARIABLE, NVML_VARIABLE, RUNS_VARIABLE];

const LONGEST_QUOTE = 80;
const quoted = (text: string): string => (text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE - 1)}…`);

const unknownVariable = (name: string): VoltanaError => {
  const near = nearest(name, KNOWN);
  const hint = near === null ? `Unset it. The variables are: ${KNOWN.join(', ')}.` : `Did you mean ${near}? Correct its name or unset it.`;
  return new VoltanaError('UNKNOWN_KEY', `unknown variable ${quoted(name)} in the environment`, { hint });
};

/**
 * The settings among variables. An empty variable counts as not set.
 * @param variables those whose names begin with `VOLTANA_`
 * @throws VoltanaError BAD_VALUE or UNKNOWN_KEY, naming the variable
 */
export function settingsFromVariables(variables: Readonly<Record<string, string>>): Partial<Settings> {
  const read = Object.entries(variables).flatMap(([name, text]) => {
    if (!KNOWN.includes(name)) throw unknownVariable(name);
    const key = KEY_OF.get(name);
    return key === undefined || text === '' ? [] : [[key, readSetting(key, text, `${name}=${quoted(text)}`)]];
  });
  return Object.fromEntries(read) as Partial<Settings>;
}
