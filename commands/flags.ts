import { Flags } from '@oclif/core';
import { defaultText, flagOf, SETTING_KEYS, SETTINGS } from '../src/config/setting.ts';
import { readNumber, readSetting, usableText, type Bounds } from '../src/config/setting-text.ts';
