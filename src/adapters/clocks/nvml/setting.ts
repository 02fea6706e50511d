import { VoltanaError } from '../../../domain/errors.ts';
import type { Megahertz, Watts } from '../../../domain/units.ts';
import type { Driver } from './driver.ts';
import { cannot } from './failure.ts';
import { clocksOf, type Gpu } from './gpu.ts';
import { powerLimitsOf } from './info.ts';
import type { RestoreScope } from '../../../ports/devices.ts';

/** What a restore brings back beside the driver's default clocks: NVML has no getter for a lock. */
interface Before {
  readonly driver: 'nvml';
  readonly powerLimitW: number | null;
}

const nearest = (clocksMhz: readonly Megahertz[], clockMhz: number): string => {
  const below = clocksMhz.findLast((listed) => listed < clockMhz);
  const above = clocksMhz.find((listed) => listed > clockMhz);
  return [below, above].filter((listed) => listed !== undefined).join(' and ');
};

const assertListed = (gpu: Gpu, clocksMhz: readonly Megahertz[], clockMhz: Megahertz, what: string): void => {
  if (clocksMhz.length === 0) throw cannot(`locking the ${what} clock`, gpu.lane.device!);
  if (clocksMhz.includes(clockMhz)) return;
  throw new VoltanaError(
    'CLOCK_OUTSIDE_CARD',
    `${gpu.lane.device} has no ${what} clock of ${clockMhz} MHz; nearest: ${nearest(clocksMhz, clockMhz)}`,
    {
      hint: `Choose one of its ${clocksMhz.length} clocks, from ${clocksMhz[0]} to ${clocksMhz.at(-1)} MHz.`,
    },
  );
};

export const lockGpu = async (driver: Driver, gpu: Gpu, clockMhz: Megahertz): Promise<void> => {
  assertListed(gpu, (await clocksOf(driver, gpu)).smMhz, clockMhz, 'SM');
  await driver.call(gpu.lane, 'lock', [gpu.handle, clockMhz, clockMhz]);
};

export const lockGpuMemory = async (driver: Driver, gpu: Gpu, clockMhz: Megahertz): Promise<void> => {
  assertListed(gpu, (await clocksOf(driver, gpu)).memoryMhz, clockMhz, 'memory');
  gpu.slow = null;
  await driver.call(gpu.lane, 'lockMemory', [gpu.handle, clockMhz, clockMhz]);
};

const setPowerLimit = (driver: Driver, { lane, handle }: Gpu, powerW: number): Promise<void> =>
  driver.call(lane, 'setPowerLimit', [handle, Math.round(powerW * 1000)]);

export const limitGpuPower = async (driver: Driver, gpu: Gpu, powerW: Watts): Promise<void> => {
  const limits = await powerLimitsOf(driver, gpu);
  const device = gpu.lane.device!;
  if (limits === null || !driver.has('setPowerLimit')) throw cannot('limiting its power', device);
  if (powerW < limits.leastW || powerW > limits.mostW) {
    throw new VoltanaError('BAD_VALUE', `${device} takes power limits from ${limits.leastW} to ${limits.mostW} W, not ${powerW} W`);
  }
  await setPowerLimit(driver, gpu, powerW);
};

export const beforeOf = async (driver: Driver, gpu: Gpu): Promise<string> => {
  const limits = await powerLimitsOf(driver, gpu);
  return JSON.stringify({ driver: 'nvml', powerLimitW: limits?.presentW ?? null } satisfies Before);
};

const parsed = (text: string): Partial<Before> | null => {
  try {
    return JSON.parse(text) as Partial<Before> | null;
  } catch {
    return null;
  }
};

const isPower = (value: unknown): value is number | null =>
  value === null || (typeof value === 'number' && Number.isFinite(value) && value > 0);

const powerBefore = (gpu: Gpu, text: string): number | null => {
  const before = parsed(text);
  if (before?.driver === 'nvml' && isPower(before.powerLimitW)) return before.powerLimitW;
  throw new VoltanaError('BAD_VALUE', `${gpu.lane.device}: what it was before is not told by ${JSON.stringify(text.slice(0, 80))}`, {
    hint: 'Its clocks are unlocked; check its power limit with nvidia-smi -q -d POWER.',
  });
};

/** Not for what this device has never been able to set. */
const unlessUnsupported = async (driver: Driver, { lane, handle }: Gpu, call: 'unlock' | 'unlockMemory'): Promise<void> => {
  if (!driver.has(call)) return;
  await driver.call(lane, call, [handle]).catch((error: unknown) => {
    if (!(error instanceof VoltanaError) || error.code !== 'NOT_SUPPORTED') throw error;
  });
};

const restorePower = async (driver: Driver, gpu: Gpu, before: string | null): Promise<void> => {
  const wantedW = before === null ? undefined : powerBefore(gpu, before);
  const limits = await powerLimitsOf(driver, gpu);
  const powerW = wantedW === undefined ? limits?.defaultW : wantedW;
  // Only what differs is set: whoever may not set power can still give clocks back.
  if (limits === null || powerW === undefined || powerW === null || limits.presentW === powerW || !driver.has('setPowerLimit')) return;
  await setPowerLimit(driver, gpu, powerW);
};

/** Does all that it can, and then tells of the first thing that failed. */
export const restoreGpu = async (driver: Driver, gpu: Gpu, before: string | null, scope: RestoreScope = 'all'): Promise<void> => {
  const failures: unknown[] = [];
  gpu.slow = null;
  const further = [() => unlessUnsupported(driver, gpu, 'unlockMemory'), () => restorePower(driver, gpu, before)];
  for (const step of [() => unlessUnsupported(driver, gpu, 'unlock'), ...(scope === 'all' ? further : [])]) {
    await step().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
};
