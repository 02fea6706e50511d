import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookInto } from '../sysfs/look.ts';
import { hwmonOf } from './hwmon.ts';

const DRM = 'sys/class/drm';
const AMD_VENDOR = '0x1002';

/** An AMD GPU that the amdgpu driver serves: where it is. */
export interface Card {
  readonly id: string;
  readonly index: number;
  /** Its folder of attributes. */
  readonly device: string;
  readonly hwmon: string | null;
  /** The names in that folder. */
  readonly sensors: readonly string[];
  readonly pciAddress: string | null;
}

const pciAddressIn = (uevent: string | null): string | null => /^PCI_SLOT_NAME=(\S+)$/m.exec(uevent ?? '')?.[1]?.toLowerCase() ?? null;

interface Found extends Omit<Card, 'id' | 'index'> {
  readonly card: string;
  readonly uniqueId: string | null;
}

/** Partitions of a card have DRM nodes of their own, without a vendor: the card itself stands for all. */
const cardAt = async (files: SysfsFiles, card: string): Promise<Found[]> => {
  const device = `${DRM}/${card}/device`;
  if ((await lookAt(files, `${device}/vendor`)) !== AMD_VENDOR) return [];
  const [uevent, uniqueId, hwmon] = await Promise.all([
    lookAt(files, `${device}/uevent`),
    lookAt(files, `${device}/unique_id`),
    hwmonOf(files, device),
  ]);
  // Very old cards are served by the radeon driver, whose files mean other things.
  const driver = /^DRIVER=(\S+)$/m.exec(uevent ?? '')?.[1];
  if (driver !== undefined && driver !== 'amdgpu') return [];
  const sensors = hwmon === null ? [] : await lookInto(files, hwmon);
  return [
    {
      card,
      device,
      hwmon,
      sensors,
      pciAddress: pciAddressIn(uevent),
      uniqueId: /^[0-9a-f]{6,16}$/i.test(uniqueId ?? '') ? uniqueId : null,
    },
  ];
};

/** A serial number that is all zeros, or that two cards share, names nothing. */
const idOf = (one: Found, all: readonly Found[]): string => {
  const { uniqueId, pciAddress, card } = one;
  const unique = uniqueId !== null && !/^0+$/.test(uniqueId) && all.every((other) => other === one || other.uniqueId !== uniqueId);
  return unique ? `amdgpu-${uniqueId.toLowerCase()}` : `amdgpu-${pciAddress ?? card}`;
};

/** Whether that card is still there, and its sensors: numbers are given anew. Two small files, so that every reading can ask. */
export const isThere = async (files: SysfsFiles, { device, pciAddress, hwmon }: Card): Promise<boolean> => {
  const [uevent, sensors] = await Promise.all([
    lookAt(files, `${device}/uevent`),
    hwmon === null ? 'none' : lookAt(files, `${hwmon}/name`),
  ]);
  return uevent !== null && pciAddressIn(uevent) === pciAddress && sensors !== null;
};

/** In the order of their numbers; empty where there is none. */
export const findCards = async (files: SysfsFiles): Promise<readonly Card[]> => {
  const names = (await lookInto(files, DRM)).filter((name) => /^card\d+$/.test(name));
  const found = (await Promise.all(names.map((name) => cardAt(files, name)))).flat();
  return found.map((one, index) => ({
    id: idOf(one, found),
    index,
    device: one.device,
    hwmon: one.hwmon,
    sensors: one.sensors,
    pciAddress: one.pciAddress,
  }));
};
