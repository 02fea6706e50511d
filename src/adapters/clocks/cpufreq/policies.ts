import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtNumber, lookInto, wholeNumber } from '../sysfs/look.ts';

const CPU = 'sys/devices/system/cpu';
const KHZ_PER_MHZ = 1000;

/** Processors that share one clock: on recent parts one each. Clocks in kHz, as its files have them. */
export interface Policy {
  /** As in policy0. */
  readonly name: string;
  readonly folder: string;
  /** Those that are online, never empty. */
  readonly cpus: readonly number[];
  readonly packageId: number;
  readonly driver: string | null;
  readonly leastKhz: number;
  readonly mostKhz: number;
  /** Ascending; empty where the driver takes any clock between the two. */
  readonly tableKhz: readonly number[];
}

/** The processors of one socket. */
export interface CpuPackage {
  readonly id: string;
  readonly index: number;
  readonly packageId: number;
  readonly policies: readonly Policy[];
}

/** "0 1 2", "0-3,8"; nothing for any other text. */
export const parseCpus = (text: string): readonly number[] => {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const ranges = parts.map((part) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part));
  if (ranges.some((range) => range === null)) return [];
  return ranges.flatMap((range) => {
    const first = Number(range![1]);
    const last = Number(range![2] ?? first);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  });
};

/** Ascending, without repetitions. Old tables name their turbo clock as 1 MHz above the one before it. */
export const parseTable = (text: string): readonly number[] =>
  [...new Set(text.split(/\s+/).map(wholeNumber))].filter((khz): khz is number => khz !== null && khz > 0).sort((a, b) => a - b);

/** On parts that do not tell a package there is one: -1 is what the kernel says then. */
const packageOf = async (files: SysfsFiles, cpu: number): Promise<number> =>
  (await lookAtNumber(files, `${CPU}/cpu${cpu}/topology/physical_package_id`)) ?? 0;

/** None for a policy whose processors are all offline: its files answer EBUSY, or name no processor. */
const policyAt = async (files: SysfsFiles, name: string): Promise<Policy[]> => {
  const folder = `${CPU}/cpufreq/${name}`;
  const cpus = parseCpus((await lookAt(files, `${folder}/affected_cpus`)) ?? '');
  const [leastKhz, mostKhz] = await Promise.all(['min', 'max'].map((end) => lookAtNumber(files, `${folder}/cpuinfo_${end}_freq`)));
  if (cpus[0] === undefined || !leastKhz || !mostKhz || leastKhz > mostKhz) return [];
  const [packageId, driver, table] = await Promise.all([
    packageOf(files, cpus[0]),
    lookAt(files, `${folder}/scaling_driver`),
    lookAt(files, `${folder}/scaling_available_frequencies`),
  ]);
  return [{ name, folder, cpus, packageId, driver, leastKhz, mostKhz, tableKhz: parseTable(table ?? '') }];
};

/** Which processors are online: as long as this text stays, so do the policies. */
export const onlineCpus = (files: SysfsFiles): Promise<string | null> => lookAt(files, `${CPU}/online`);

/** In the order of their numbers; empty where the kernel drives no clocks. */
export const findPackages = async (files: SysfsFiles): Promise<readonly CpuPackage[]> => {
  const names = (await lookInto(files, `${CPU}/cpufreq`)).filter((name) => /^policy\d+$/.test(name));
  const policies = (await Promise.all(names.map((name) => policyAt(files, name)))).flat();
  const ids = [...new Set(policies.map(({ packageId }) => packageId))].sort((a, b) => a - b);
  return ids.map((packageId, index) => ({
    id: `cpu-package-${packageId}`,
    index,
    packageId,
    policies: policies.filter((policy) => policy.packageId === packageId),
  }));
};

/** Where a driver takes any clock (intel_pstate, amd-pstate), every 100 MHz is what the processors step by. */
const STEP_KHZ = 100_000;

const choicesOf = ({ tableKhz, leastKhz, mostKhz }: Policy): readonly number[] => {
  if (tableKhz.length > 0) return tableKhz;
  const first = Math.floor(leastKhz / STEP_KHZ) + 1;
  const between = Array.from({ length: Math.max(0, Math.ceil(mostKhz / STEP_KHZ) - first) }, (_, i) => (first + i) * STEP_KHZ);
  return leastKhz === mostKhz ? [mostKhz] : [leastKhz, ...between, mostKhz];
};

const mhzOf = (khz: number): number => Math.round(khz / KHZ_PER_MHZ);

/** What a lock of the package accepts, ascending: what some policy has, and every one can go down to. */
export const clocksOf = ({ policies }: CpuPackage): readonly number[] => {
  const leastMhz = Math.max(...policies.map((policy) => mhzOf(choicesOf(policy)[0]!)));
  const all = new Set(policies.flatMap((policy) => choicesOf(policy).map(mhzOf)));
  return [...all].filter((mhz) => mhz >= leastMhz).sort((a, b) => a - b);
};

/** The policy's fastest clock that is not above this one: small cores end earlier than big ones. */
export const khzFor = (policy: Policy, clockMhz: number): number => {
  const choices = choicesOf(policy);
  return choices.findLast((khz) => mhzOf(khz) <= clockMhz) ?? choices[0]!;
};
