import { Flags } from '@oclif/core';
import { numberText, readNumber, type NumberSchema } from '../src/config/number-text.ts';
import { defaultText, flagOf, SETTINGS } from '../src/config/setting.ts';
import { readSetting } from '../src/config/setting-text.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { RESULT_ENDINGS, type ResultKind } from '../src/reporting/run/format-of.ts';
import type { SettingKey, Settings, SettingValue } from '../src/domain/settings.ts';

interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
}

const schemaOf = ({ min, max = Infinity, whole }: Bounds): NumberSchema => ({
  type: whole ? 'integer' : 'number',
  minimum: min,
  maximum: max,
});

function parseNumber(name: string, input: string, bounds: Bounds): number {
  const value = readNumber(input, schemaOf(bounds));
  if (value !== undefined) return value;
  throw new VoltanaError('BAD_VALUE', `--${name} "${input}" is not usable`, { hint: `Give ${numberText(schemaOf(bounds))}.` });
}

/** A flag whose value is a number within bounds. */
export const numberFlag = (name: string, description: string, bounds: Bounds) =>
  Flags.custom<number>({ description, parse: (input) => Promise.resolve(parseNumber(name, input, bounds)) });

// A setting's default is no default of its flag: whether a flag was given must show.
const about = (key: SettingKey) => ({
  description: `${SETTINGS[key].description} [default: ${defaultText(key)}]`,
  helpValue: SETTINGS[key]['x-value'] ?? '',
});

/** Ids are looked up later: what is known depends on the installation. */
export const textSetting = (key: SettingKey) => Flags.string(about(key));

const parsed = (key: SettingKey, input: string): SettingValue => readSetting(key, input, `--${flagOf(key)} "${input}"`);

/** @param more what this command's flag has besides, or otherwise */
export const numberSetting = (key: NumberKey, more: { readonly description?: string; readonly dependsOn?: string[] } = {}) =>
  Flags.custom<number>({ ...about(key), parse: (input) => Promise.resolve(parsed(key, input) as number) })(more);
type NumberKey = 'rate' | 'requests' | 'seed' | 'sloTtftMs' | 'sloItlMs' | 'gatewayPort';

const logFormat = Flags.custom<Settings['logFormat']>({
  ...about('logFormat'),
  parse: (input) => Promise.resolve(parsed('logFormat', input) as Settings['logFormat']),
});

/** Also with `no-`: a flag wins over a file that says true. */
export const switchSetting = (key: SettingKey) => Flags.boolean({ description: about(key).description, allowNo: true });

/** Not greedy: what follows `--output FILE` is an argument again. @param more what the command does with it besides */
export const outputFlag = (more = '', endings: readonly string[] = ['.json']) =>
  Flags.string({
    description: `write the document to FILE as well (${endings.join(', ')})${more}`,
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  });

/** Of a command whose result is a run or a comparison. @param more what the command does with it besides */
export const resultFlag = (kind: ResultKind, more = '') => outputFlag(more, RESULT_ENDINGS[kind]);

export const jsonFlag = Flags.boolean({ description: 'print one JSON document on stdout and nothing else there' });

/** Of the shipped cards. */
export const kindFlag = Flags.custom<'gpu' | 'model' | 'engine' | 'workload' | 'cluster' | 'fitted'>({
  description: 'cards of one kind only',
  options: ['gpu', 'model', 'engine', 'workload', 'cluster', 'fitted'],
});

/** What every command that does something takes. */
export const commonFlags = {
  json: jsonFlag,
  output: outputFlag(),
  config: Flags.string({ description: 'settings file; `voltana config init` writes one [default: VOLTANA_CONFIG]', helpValue: 'FILE' }),
  quiet: switchSetting('quiet'),
  verbose: switchSetting('verbose'),
  color: switchSetting('color'),
  'log-format': logFormat(),
};
