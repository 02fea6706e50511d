import type { SettingKey, SettingValue } from '../domain/settings.ts';
import schema from '../schemas/settings.schema.json' with { type: 'json' };

/** What the schema says of one setting. */
export interface SettingSchema {
  readonly description: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly default?: SettingValue;
  /** One that is usable as it stands; where there is no default. */
  readonly examples?: readonly SettingValue[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly 'x-flag': string;
  readonly 'x-value'?: string;
  readonly 'x-unset'?: string;
}

const { schemaVersion: _version, kind: _kind, ...properties } = schema.properties;

/** Every setting, in the order in which people read them. */
export const SETTINGS = properties as unknown as Readonly<Record<SettingKey, SettingSchema>>;
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** `sloTtftMs` -> `VOLTANA_SLO_TTFT_MS`. */
export const variableOf = (key: SettingKey): string => `VOLTANA_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`;

export const flagOf = (key: SettingKey): string => SETTINGS[key]['x-flag'];

/** What holds when nobody says anything, for people. */
export const defaultText = (key: SettingKey): string => String(SETTINGS[key].default ?? SETTINGS[key]['x-unset']);
