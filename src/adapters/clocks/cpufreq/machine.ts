import { VoltanaError } from '../../../domain/errors.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt } from '../sysfs/look.ts';
import { findPackages, onlineCpus, type CpuPackage } from './policies.ts';
import { findZones, type RaplZone } from './rapl.ts';
import { findSensors } from './thermal.ts';

/** What was found on this machine; holds as long as the same processors are online. */
export interface Machine {
  readonly online: string | null;
  readonly packages: readonly CpuPackage[];
  readonly zones: readonly RaplZone[];
  readonly sensors: ReadonlyMap<number, string>;
  /** By package; from /proc/cpuinfo. */
  readonly names: ReadonlyMap<number, string>;
  readonly kernel: string | null;
  /** A guest: its clocks, if it sees any, are the host's. */
  readonly guest: boolean;
}

const field = (block: string, name: string): string | undefined => new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'm').exec(block)?.[1]?.trim();

/** Processors without a physical id belong to package 0. */
export const parseNames = (cpuinfo: string): ReadonlyMap<number, string> => {
  const names = new Map<number, string>();
  for (const block of cpuinfo.split(/\n\s*\n/)) {
    const [name, id] = [field(block, 'model name'), Number(field(block, 'physical id') ?? 0)];
    if (name && Number.isInteger(id) && !names.has(id)) names.set(id, name);
  }
  return names;
};

const isGuest = (cpuinfo: string): boolean => / hypervisor( |$)/m.test(field(cpuinfo, 'flags') ?? '');

export const lookAtMachine = async (files: SysfsFiles): Promise<Machine> => {
  const [online, packages, zones, cpuinfo, kernel] = await Promise.all([
    onlineCpus(files),
    findPackages(files),
    findZones(files),
    lookAt(files, 'proc/cpuinfo'),
    lookAt(files, 'proc/sys/kernel/osrelease'),
  ]);
  const sensors = await findSensors(files, packages);
  return { online, packages, zones, sensors, names: parseNames(cpuinfo ?? ''), kernel, guest: isGuest(cpuinfo ?? '') };
};

export const noDriver = ({ guest }: Machine): VoltanaError =>
  new VoltanaError('NO_DRIVER', 'the kernel drives no processor clocks here (/sys/devices/system/cpu/cpufreq holds no policy)', {
    hint: guest
      ? "This is a virtual machine, whose clocks are its host's: run where the processors are."
      : 'Load the driver (acpi-cpufreq, intel_pstate or amd-pstate), or let the firmware leave clocks to the system.',
  });
