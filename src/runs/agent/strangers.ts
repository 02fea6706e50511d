import { isNamed } from '../../custody/names.ts';
import type { DeviceInfo } from '../../domain/device.ts';

/** Of the names that an operator has written down, those that mean no device here. */
export const strangersOf = (named: 'all' | readonly string[], infos: readonly DeviceInfo[]): readonly string[] =>
  named === 'all' ? [] : named.filter((name) => !infos.some((info) => isNamed(info, [name])));
