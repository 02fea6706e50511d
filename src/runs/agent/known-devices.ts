import type { DeviceInfo } from '../../domain/device.ts';
import type { FoundManager } from '../../domain/manager.ts';
import { refusingManagers } from '../../domain/manager.ts';
import type { Devices } from '../../ports/devices.ts';

/** The same devices, and what they listed last: who asks for that opens no driver that somebody has just let go of. */
export interface KnownDevices {
  readonly devices: Devices;
  /** Empty where the driver does not answer. */
  infos(): Promise<readonly DeviceInfo[]>;
}

export const knownDevices = (devices: Devices): KnownDevices => {
  let last: readonly DeviceInfo[] | null = null;
  const list = async (): Promise<readonly DeviceInfo[]> => (last = await devices.list());
  return {
    devices: { ...bound(devices), list },
    infos: async () => last ?? (await list().catch(() => [])),
  };
};

/** Its methods, whatever they are made of. */
const bound = (devices: Devices): Devices => ({
  family: devices.family,
  list: () => devices.list(),
  read: (id) => devices.read(id),
  ...(devices.readEach === undefined ? {} : { readEach: devices.readEach.bind(devices) }),
  users: (id) => devices.users(id),
  before: (id) => devices.before(id),
  lock: (id, clockMhz) => devices.lock(id, clockMhz),
  lockMemory: (id, clockMhz) => devices.lockMemory(id, clockMhz),
  limitPower: (id, powerW) => devices.limitPower(id, powerW),
  restore: (id, before, scope) => devices.restore(id, before, scope),
  events: () => devices.events(),
  close: () => devices.close(),
});

/**
 * Managers beside which nothing may be lent, with the ids of the devices concerned.
 * @param setsPower whether the operator allows power limits: then those that keep them for themselves count as well
 */
export const managersOf =
  (find: () => Promise<readonly FoundManager[]>, known: readonly KnownDevices[], setsPower: boolean) =>
  async (): Promise<ReturnType<typeof refusingManagers>> => {
    const found = await find();
    if (found.length === 0) return [];
    const infos = await Promise.all(known.map((one) => one.infos()));
    return refusingManagers(found, infos.flat(), { setsPower });
  };
