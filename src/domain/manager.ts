import type { DeviceFamily, DeviceInfo } from './device.ts';

/** Something else on this machine that sets clocks or power. */
export interface FoundManager {
  /** The same on every machine, so that an operator can name it in `ignoreManagers`. */
  readonly name: string;
  /** Where it shows: `/etc/rc.local:4`, `process 812`. */
  readonly found: string;
  readonly sets: 'clocks' | 'power' | 'both';
  readonly families: readonly DeviceFamily[];
  /** As it names them: ids or numbers; null where it means all of its families. */
  readonly devices: readonly string[] | null;
  /** `active` runs now; `configured` acts at boot, by the clock, or with the next job. */
  readonly confidence: 'active' | 'configured';
  /**
   * `refuse`: two would fight, or giving back would destroy what it has set: these devices are not lent.
   * `cede`: power limits are its own, clocks may be locked beside it. `warn`: it is only named.
   */
  readonly verdict: 'refuse' | 'cede' | 'warn';
  /** What an operator can do about it. */
  readonly advice: string;
}

/** Tools write the bus domain with 4 or 8 digits, and letters of either case. */
const busForm = (address: string): string => address.toLowerCase().replace(/^0*([0-9a-f]{4}:)/, '$1');

/** Shorter beginnings of an id mean nothing. */
const LEAST_BEGINNING = 8;

/** Names as tools take them: an id or the beginning of one, a bus address, or the driver's number. */
const means = (name: string, { id, index, pciAddress }: DeviceInfo): boolean =>
  id === name ||
  String(index) === name ||
  (pciAddress !== null && busForm(pciAddress) === busForm(name)) ||
  (name.length >= LEAST_BEGINNING && id.startsWith(name));

/** The devices that a manager means. */
export const managedDevices = ({ families, devices }: FoundManager, all: readonly DeviceInfo[]): readonly DeviceInfo[] =>
  all.filter((info) => families.includes(info.family) && (devices === null || devices.some((name) => means(name, info))));

/**
 * Managers beside which nothing may be lent, and the ids of the devices concerned: one that concerns none of them is left out.
 * @param setsPower whether power limits may be set here at all: then those that keep them for themselves count as well
 */
export const refusingManagers = (
  found: readonly FoundManager[],
  all: readonly DeviceInfo[],
  { setsPower = false }: { readonly setsPower?: boolean } = {},
): { readonly name: string; readonly devices: readonly string[] }[] =>
  found
    .filter(({ verdict }) => verdict === 'refuse' || (setsPower && verdict === 'cede'))
    .map((manager) => ({ name: manager.name, devices: managedDevices(manager, all).map(({ id }) => id) }))
    .filter(({ devices }) => devices.length > 0);
