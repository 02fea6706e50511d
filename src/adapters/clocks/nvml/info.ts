import type { DeviceCapability, DeviceInfo, PowerLimits } from '../../../domain/device.ts';
import { watts, type Watts } from '../../../domain/units.ts';
import type { Driver } from './driver.ts';
import { clocksOf, type Gpu } from './gpu.ts';
import { outBuffer } from './layouts.ts';
import { offers } from './meters.ts';

const inWatts = (milliwatts: number): Watts => watts(milliwatts / 1000);

/** Null where the driver does not tell all of them. */
export const powerLimitsOf = async (driver: Driver, { lane, handle }: Gpu): Promise<PowerLimits | null> => {
  const presentMw = await driver.number(lane, 'powerLimit', [handle]);
  const defaultMw = await driver.number(lane, 'powerDefault', [handle]);
  const [least, most] = [outBuffer(4), outBuffer(4)];
  if (presentMw === null || defaultMw === null || !(await driver.ask(lane, 'powerLimits', [handle, least, most]))) return null;
  return {
    presentW: inWatts(presentMw),
    defaultW: inWatts(defaultMw),
    leastW: inWatts(least.readUInt32LE()),
    mostW: inWatts(most.readUInt32LE()),
  };
};

const capabilitiesOf = async (driver: Driver, gpu: Gpu, powerLimits: PowerLimits | null): Promise<DeviceCapability[]> => {
  const { lane, handle, meters } = gpu;
  const { smMhz, memoryMhz } = await clocksOrNone(driver, gpu);
  const offered: Record<DeviceCapability, boolean> = {
    lock: smMhz.length > 0,
    'memory-lock': memoryMhz.length > 0,
    'power-limit': powerLimits !== null && driver.has('setPowerLimit'),
    'energy-counter': offers(meters, 'energyMj'),
    'instant-power': offers(meters, 'instantMw'),
    'average-power': offers(meters, 'averageMw'),
    processes: driver.has('processes') || driver.has('oldProcesses'),
    'limit-reasons': (await driver.number(lane, 'reasons', [handle])) !== null,
  };
  return (Object.keys(offered) as DeviceCapability[]).filter((capability) => offered[capability]);
};

/** A GPU whose lists make no sense is listed all the same, without them; who locks it hears why. */
const clocksOrNone = (driver: Driver, gpu: Gpu): Promise<NonNullable<Gpu['clocks']>> =>
  clocksOf(driver, gpu).catch(() => ({ smMhz: [], memoryMhz: [] }));

export const infoOf = async (driver: Driver, gpu: Gpu, driverVersion: string | null): Promise<DeviceInfo> => {
  const { smMhz, memoryMhz } = await clocksOrNone(driver, gpu);
  const powerLimits = await powerLimitsOf(driver, gpu);
  const persistence = await driver.number(gpu.lane, 'persistence', [gpu.handle]);
  return {
    id: gpu.id,
    family: 'nvml',
    index: gpu.index,
    name: gpu.name,
    pciAddress: gpu.pciAddress,
    supportedMhz: smMhz,
    supportedMemoryMhz: memoryMhz,
    powerLimits,
    driverVersion,
    vbios: gpu.vbios,
    persistence: persistence === null ? null : persistence === 1,
    capabilities: await capabilitiesOf(driver, gpu, powerLimits),
  };
};
