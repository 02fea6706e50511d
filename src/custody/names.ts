import type { DeviceInfo } from '../domain/device.ts';
import { VoltanaError } from '../domain/errors.ts';

/** So much of an id is no accident. */
const LEAST_BEGINNING = 8;

/** Tools print the bus domain with 4 or 8 digits, and letters of either case. */
const pciForm = (address: string): string => address.toLowerCase().replace(/^0*([0-9a-f]{4}:[0-9a-f]{2}:)/, '$1');

const byIndex = (name: string, infos: readonly DeviceInfo[]): readonly DeviceInfo[] => {
  const [, family, digits] = /^(?:([a-z]+):)?(\d{1,4})$/.exec(name) ?? [];
  if (digits === undefined) return [];
  const found = infos.filter((info) => info.index === Number(digits) && (family === undefined || info.family === family));
  // A bare number is a GPU where there are GPUs: nobody numbers processors.
  const gpus = found.filter((info) => info.family !== 'cpufreq');
  return gpus.length > 0 ? gpus : found;
};

const candidates = (name: string, infos: readonly DeviceInfo[]): readonly DeviceInfo[] => {
  const exact = infos.filter(({ id, pciAddress }) => id === name || (pciAddress !== null && pciForm(pciAddress) === pciForm(name)));
  if (exact.length > 0) return exact;
  const indexed = byIndex(name, infos);
  if (indexed.length > 0) return indexed;
  return name.length < LEAST_BEGINNING ? [] : infos.filter(({ id }) => id.startsWith(name));
};

const listed = (infos: readonly DeviceInfo[]): string => infos.map(({ id, family, index }) => `${id} (${family}:${index})`).join(', ');

/** Whether a device is meant by one of these names, whatever other devices there are. */
export const isNamed = (info: DeviceInfo, names: readonly string[]): boolean => names.some((name) => candidates(name, [info]).length > 0);

/** @throws VoltanaError UNKNOWN_ID for a name that means none of them, or several */
const deviceNamed = (name: string, infos: readonly DeviceInfo[]): DeviceInfo => {
  const found = candidates(name, infos);
  if (found.length === 1) return found[0]!;
  const shown = JSON.stringify(name.slice(0, 80));
  if (found.length > 1) throw new VoltanaError('UNKNOWN_ID', `${shown} may be any of ${listed(found)}`);
  throw new VoltanaError('UNKNOWN_ID', `there is no device ${shown} (there are: ${infos.length === 0 ? 'none' : listed(infos)})`);
};

/** Each device once, in the order they are named. @throws VoltanaError as `deviceNamed` does */
export const devicesNamed = (names: readonly string[], infos: readonly DeviceInfo[]): readonly DeviceInfo[] => [
  ...new Set(names.map((name) => deviceNamed(name, infos))),
];
