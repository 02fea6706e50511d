import { VoltanaError } from '../../../domain/errors.ts';
import { deviceError } from '../sysfs/failures.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { wholeNumber } from '../sysfs/look.ts';
import { khzFor, type CpuPackage, type Policy } from './policies.ts';

/** Between which a policy's governor may choose. */
export interface Limits {
  readonly minKhz: number;
  readonly maxKhz: number;
}

const MIN = 'scaling_min_freq';
const MAX = 'scaling_max_freq';

const readLimit = async (files: SysfsFiles, id: string, path: string): Promise<number> => {
  const text = await files.text(path).catch((error: unknown) => {
    throw deviceError(error, `${id}: reading its limits`, `/${path}`);
  });
  const khz = wholeNumber(text.trim());
  if (khz === null) throw new VoltanaError('DEVICE_FAILED', `${id}: /${path} is no clock in kHz: ${text.slice(0, 40).trim()}`);
  return khz;
};

const readLimits = async (files: SysfsFiles, id: string, { folder }: Policy): Promise<Limits> => {
  const [minKhz, maxKhz] = await Promise.all([MIN, MAX].map((name) => readLimit(files, id, `${folder}/${name}`)));
  return { minKhz: minKhz!, maxKhz: maxKhz! };
};

const put = async (files: SysfsFiles, id: string, path: string, khz: number): Promise<void> => {
  try {
    await files.write(path, String(khz));
  } catch (error) {
    throw deviceError(error, `${id}: writing ${khz} kHz`, `/${path}`);
  }
};

/** In an order in which the lower limit never stands above the upper one: the kernel refuses or bends that. */
const setLimits = async (files: SysfsFiles, id: string, policy: Policy, to: Limits): Promise<void> => {
  const from = await readLimits(files, id, policy);
  const max = async (): Promise<void> => {
    if (to.maxKhz !== from.maxKhz) await put(files, id, `${policy.folder}/${MAX}`, to.maxKhz);
  };
  const min = async (): Promise<void> => {
    if (to.minKhz !== from.minKhz) await put(files, id, `${policy.folder}/${MIN}`, to.minKhz);
  };
  for (const step of to.maxKhz < from.minKhz ? [min, max] : [max, min]) await step();
  const found = await readLimits(files, id, policy);
  // Below what was asked is a limit on top of ours (heat, firmware, turbo switched off); above it, ours was not taken.
  if (found.maxKhz <= to.maxKhz) return;
  throw new VoltanaError('DEVICE_FAILED', `${id}: ${to.maxKhz} kHz was taken, but /${policy.folder}/${MAX} says ${found.maxKhz}`);
};

const firstFailure = (results: readonly PromiseSettledResult<unknown>[]): PromiseRejectedResult | undefined =>
  results.find((result) => result.status === 'rejected');

/** All policies, each though another fails; then throws the first failure. */
const setAll = async (files: SysfsFiles, id: string, targets: readonly (readonly [Policy, Limits])[]): Promise<void> => {
  const failure = firstFailure(await Promise.allSettled(targets.map(([policy, to]) => setLimits(files, id, policy, to))));
  if (failure !== undefined) throw failure.reason;
};

/**
 * Caps every processor of the package. The lower limit is lowered where it stands above the clock, and never raised: an
 * idle processor may still slow down. All or none: after a failure the limits are what they were.
 */
export const lockPackage = async (files: SysfsFiles, { id, policies }: CpuPackage, clockMhz: number): Promise<void> => {
  const before = await Promise.all(policies.map(async (policy) => [policy, await readLimits(files, id, policy)] as const));
  const targets = before.map(([policy, { minKhz }]): readonly [Policy, Limits] => {
    const maxKhz = khzFor(policy, clockMhz);
    return [policy, { minKhz: Math.min(minKhz, maxKhz), maxKhz }];
  });
  try {
    await setAll(files, id, targets);
  } catch (error) {
    await setAll(files, id, before).catch(() => undefined);
    throw error;
  }
};

/** Limits by the name of the policy. */
export type PackageLimits = Readonly<Record<string, Limits>>;

/**
 * Brings earlier limits back, and what the processors can where none are told: a policy that has come since. One whose
 * processors have gone offline is left out: there is nothing to write to.
 */
export const restorePackage = async (files: SysfsFiles, { id, policies }: CpuPackage, before: PackageLimits): Promise<void> =>
  setAll(
    files,
    id,
    policies.map((policy) => [policy, before[policy.name] ?? { minKhz: policy.leastKhz, maxKhz: policy.mostKhz }]),
  );

export const limitsOf = async (files: SysfsFiles, { id, policies }: CpuPackage): Promise<PackageLimits> =>
  Object.fromEntries(await Promise.all(policies.map(async (policy) => [policy.name, await readLimits(files, id, policy)] as const)));
