import type { Joules, Megahertz, Watts } from './units.ts';

/** Which driver a device belongs to. */
export type DeviceFamily = 'nvml' | 'amdgpu' | 'cpufreq';

/** What its driver offers on this very device; what an old driver or a small device lacks is left out. */
export type DeviceCapability =
  'lock' | 'memory-lock' | 'power-limit' | 'energy-counter' | 'instant-power' | 'average-power' | 'processes' | 'limit-reasons';

export interface PowerLimits {
  readonly presentW: Watts;
  readonly defaultW: Watts;
  readonly leastW: Watts;
  readonly mostW: Watts;
}

/** A GPU, or the processors of a socket. */
export interface DeviceInfo {
  /** Stays the same over restarts and renumbering: a GPU's UUID, an AMD unique id or PCI address, `cpu-package-0`. */
  readonly id: string;
  readonly family: DeviceFamily;
  /** The driver's own number, from 0; may change at the next boot. */
  readonly index: number;
  readonly name: string;
  /** As in 0000:3b:00.0; null for what sits on no such bus. */
  readonly pciAddress: string | null;
  /** What a lock accepts, ascending; empty where nothing can be locked. */
  readonly supportedMhz: readonly Megahertz[];
  /** Of the memory, ascending; empty where it cannot be locked. */
  readonly supportedMemoryMhz: readonly Megahertz[];
  readonly powerLimits: PowerLimits | null;
  readonly driverVersion: string | null;
  readonly vbios: string | null;
  /** Whether the driver keeps its state while nobody uses the device; null where there is no such mode. */
  readonly persistence: boolean | null;
  readonly capabilities: readonly DeviceCapability[];
}

export interface DeviceProcess {
  readonly pid: number;
  /** Null where it cannot be told, as for a process of another container. */
  readonly name: string | null;
}

/** Who shares a device. */
export interface DeviceUsers {
  /** Those that compute on it now; null where the driver does not tell. */
  readonly processes: readonly DeviceProcess[] | null;
  /** Cut into slices (NVIDIA MIG, AMD partitions): a lock of one would be a lock of all. */
  readonly partitioned: boolean;
  /** A CUDA MPS server serves several processes at once. */
  readonly mps: boolean;
  /** It is, or serves, a virtual GPU: clocks belong to the host. */
  readonly virtual: boolean;
}

/** What holds a clock below what was asked: the driver's limit or throttle reasons, without those of idleness. */
export type LimitReason = 'power' | 'thermal' | 'hardware' | 'sync' | 'other';

/** What a device shows at one moment. Null is what its driver does not tell. */
export interface DeviceReading {
  readonly id: string;
  /** On the clock of the process that has read it. */
  readonly atMs: number;
  readonly smMhz: Megahertz;
  readonly memoryMhz: Megahertz | null;
  /** Of the last tens of milliseconds. */
  readonly instantW: Watts | null;
  /** Over what the driver averages, a second on many. */
  readonly averageW: Watts | null;
  /** Since the driver was loaded; falls back when it is loaded anew. */
  readonly counterJ: Joules | null;
  readonly temperatureC: number | null;
  readonly limits: readonly LimitReason[];
}

/** A counter that corrects itself by so little has not begun anew: less than 80 ms of a GPU at full power. */
const CORRECTION_J = 50;

/** Whether an energy counter of a device counts from another start than it did: its driver was loaded anew, or the device was reset. */
export const counterBeganAnew = (beforeJ: number, afterJ: number): boolean => afterJ < beforeJ / 2 || beforeJ - afterJ > CORRECTION_J;

/** What makes a driver forget what it was told. `id` is null where all its devices are meant. */
export interface DeviceEvent {
  readonly id: string | null;
  readonly what: 'xid' | 'reset' | 'reload' | 'lost' | 'persistence-off';
  readonly detail: string;
}
