import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtNumber, lookInto } from '../sysfs/look.ts';
import type { CpuPackage } from './policies.ts';

const HWMON = 'sys/class/hwmon';
const MILLIDEGREES = 1000;

/** The file of a package's temperature. */
type SensorPath = string;

const labelled = async (files: SysfsFiles, folder: string, label: string): Promise<SensorPath | null> => {
  const names = (await lookInto(files, folder)).filter((name) => /^temp\d+_label$/.test(name));
  const labels = await Promise.all(names.map((name) => lookAt(files, `${folder}/${name}`)));
  const found = names[labels.indexOf(label)];
  return found === undefined ? null : `${folder}/${found.replace('label', 'input')}`;
};

/** coretemp names its package. k10temp does not, so with several packages nobody knows which is whose. */
const LABELS: Readonly<Record<string, (packageId: number, packages: number) => string | null>> = {
  coretemp: (packageId) => `Package id ${packageId}`,
  k10temp: (_, packages) => (packages === 1 ? 'Tctl' : null),
};

/** By package; those without a sensor are left out. */
export const findSensors = async (files: SysfsFiles, packages: readonly CpuPackage[]): Promise<ReadonlyMap<number, SensorPath>> => {
  const found = new Map<number, SensorPath>();
  for (const name of await lookInto(files, HWMON)) {
    const labelOf = LABELS[(await lookAt(files, `${HWMON}/${name}/name`)) ?? ''];
    if (labelOf === undefined) continue;
    for (const { packageId } of packages) {
      const label = labelOf(packageId, packages.length);
      const path = label === null ? null : await labelled(files, `${HWMON}/${name}`, label);
      if (path !== null) found.set(packageId, path);
    }
  }
  return found;
};

export const temperatureC = async (files: SysfsFiles, path: SensorPath | undefined): Promise<number | null> => {
  const millidegrees = path === undefined ? null : await lookAtNumber(files, path);
  return millidegrees === null ? null : millidegrees / MILLIDEGREES;
};

/** How often the package has been slowed down because of heat; null where the kernel does not count (AMD). */
export const throttleCount = (files: SysfsFiles, { policies }: CpuPackage): Promise<number | null> =>
  lookAtNumber(files, `sys/devices/system/cpu/cpu${policies[0]!.cpus[0]!}/thermal_throttle/package_throttle_count`);
