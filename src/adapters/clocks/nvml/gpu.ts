import { VoltanaError } from '../../../domain/errors.ts';
import { megahertz, type Megahertz } from '../../../domain/units.ts';
import { ARCHITECTURE } from './codes.ts';
import { createLane, type Driver, type Lane } from './driver.ts';
import { HANDLE_BYTES, PCI_INFO, TEXT_BYTES, outBuffer, pciAddressIn, textIn } from './layouts.ts';
import { findMeters, type Meters } from './meters.ts';

/** One GPU of an open driver. */
export interface Gpu {
  readonly id: string;
  readonly index: number;
  readonly handle: bigint;
  readonly lane: Lane;
  readonly name: string;
  readonly pciAddress: string | null;
  readonly vbios: string | null;
  readonly architecture: number | null;
  readonly meters: Meters;
  /** Null while they could not be read. */
  clocks: { readonly smMhz: readonly Megahertz[]; readonly memoryMhz: readonly Megahertz[] } | null;
  /** What changes slowly, and when it was asked for. */
  slow: Slow | null;
  /** When its counter was read last. */
  seenAtMs: number;
}

export interface Slow {
  readonly atMs: number;
  readonly temperatureC: number | null;
  readonly memoryMhz: Megahertz | null;
  /** Left out where only the watch asks for it; null where there is no such mode. */
  readonly persistent?: boolean | null;
}

const ascending = (bytes: Buffer): Megahertz[] =>
  Array.from({ length: bytes.length / 4 }, (_, i) => megahertz(bytes.readUInt32LE(i * 4))).sort((a, b) => a - b);

const textOf = async (driver: Driver, lane: Lane, call: 'name' | 'vbios', handle: bigint): Promise<string | null> => {
  const text = outBuffer(TEXT_BYTES);
  return (await driver.ask(lane, call, [handle, text, TEXT_BYTES])) ? textIn(text) : null;
};

/** @throws VoltanaError DEVICE_LOST, NOT_PERMITTED: then the driver has it, and this process has not */
export const openGpu = async (driver: Driver, whole: Lane, index: number): Promise<Gpu> => {
  const out = outBuffer(HANDLE_BYTES);
  await driver.call(whole, 'handle', [index, out]);
  const handle = out.readBigUInt64LE();
  const uuid = outBuffer(TEXT_BYTES);
  await driver.call(whole, 'uuid', [handle, uuid, TEXT_BYTES]);
  const id = textIn(uuid);
  const pci = outBuffer(PCI_INFO.bytes);
  const pciAddress = (await driver.ask(whole, 'pci', [handle, pci])) ? pciAddressIn(pci) : null;
  const lane = createLane(id, pciAddress);
  const told = await driver.number(lane, 'architecture', [handle]);
  const architecture = told === ARCHITECTURE.unknown ? null : told;
  return {
    id,
    index,
    handle,
    lane,
    name: (await textOf(driver, lane, 'name', handle)) ?? 'NVIDIA GPU',
    pciAddress,
    vbios: await textOf(driver, lane, 'vbios', handle),
    architecture,
    meters: await findMeters(driver, lane, handle, architecture, pci.readUInt32LE(PCI_INFO.deviceId)),
    clocks: null,
    slow: null,
    seenAtMs: -Infinity,
  };
};

/** Empty where nothing can be locked. */
const clocksIn = async (
  driver: Driver,
  { lane, handle }: Gpu,
  call: 'memoryClocks' | 'graphicsClocks',
  memory: number[],
): Promise<Megahertz[]> => {
  if (!driver.has(call)) return [];
  try {
    return ascending(await driver.list(lane, call, [handle, ...memory], 4));
  } catch (error) {
    if (error instanceof VoltanaError && error.code === 'NOT_SUPPORTED') return [];
    throw error;
  }
};

/** What a lock accepts. @throws what keeps the driver from listing them */
export const clocksOf = async (driver: Driver, gpu: Gpu): Promise<NonNullable<Gpu['clocks']>> => {
  if (gpu.clocks !== null) return gpu.clocks;
  // Locked clocks came with Volta, those of the memory with Ampere (nvml.h); who cannot say what he is, is older than the question.
  const locks = driver.has('lock') && driver.has('unlock') && (gpu.architecture ?? ARCHITECTURE.volta) >= ARCHITECTURE.volta;
  const locksMemory = driver.has('lockMemory') && driver.has('unlockMemory') && (gpu.architecture ?? 0) >= ARCHITECTURE.ampere;
  const memoryMhz = locks || locksMemory ? await clocksIn(driver, gpu, 'memoryClocks', []) : [];
  // The list of the fastest memory clock, the default: a slower one may have a shorter list.
  const fastest = memoryMhz.at(-1);
  const smMhz = locks && fastest !== undefined ? await clocksIn(driver, gpu, 'graphicsClocks', [fastest]) : [];
  return (gpu.clocks = { smMhz, memoryMhz: locksMemory ? memoryMhz : [] });
};
