/** NVML's numbers, as its public header gives them (nvml.h of nvidia-nvml-dev 13.5). */
export const OK = 0;
export const UNINITIALIZED = 1;
export const NOT_SUPPORTED = 3;
export const NO_PERMISSION = 4;
export const INSUFFICIENT_SIZE = 7;
export const DRIVER_NOT_LOADED = 9;
export const TIMEOUT = 10;
export const LIBRARY_NOT_FOUND = 12;
export const FUNCTION_NOT_FOUND = 13;
export const GPU_IS_LOST = 15;
export const RESET_REQUIRED = 16;
export const VERSION_MISMATCH = 18;
export const GPU_NOT_FOUND = 28;

/** The GPU or the driver is gone. All others say that a value is not to be had: the device itself is well. */
export const isGrave = (code: number): boolean =>
  code === UNINITIALIZED || code === DRIVER_NOT_LOADED || code === GPU_IS_LOST || code === RESET_REQUIRED;

const MEANINGS: Readonly<Record<number, string>> = {
  [UNINITIALIZED]: 'the driver was unloaded',
  2: 'invalid argument',
  [NOT_SUPPORTED]: 'not supported',
  [NO_PERMISSION]: 'no permission',
  6: 'not found',
  [INSUFFICIENT_SIZE]: 'its list does not fit, however long',
  8: 'external power cables are not attached',
  [DRIVER_NOT_LOADED]: 'the kernel module is not loaded',
  [TIMEOUT]: 'timed out',
  11: 'the kernel has trouble with its interrupts',
  [LIBRARY_NOT_FOUND]: 'a library of the driver is missing',
  [FUNCTION_NOT_FOUND]: 'this driver is too old for it',
  14: 'corrupted infoROM',
  [GPU_IS_LOST]: 'the GPU has fallen off the bus',
  [RESET_REQUIRED]: 'the GPU must be reset first',
  17: 'an error of the operating system',
  [VERSION_MISMATCH]: 'library and kernel module are of different versions',
  19: 'in use',
  20: 'out of memory',
  21: 'no data',
  23: 'out of resources',
  24: 'this frequency is not supported',
  27: 'not ready',
  [GPU_NOT_FOUND]: 'no GPU',
  29: 'invalid state',
  999: 'an unknown error of the driver',
};
export const meaningOf = (code: number): string => `${MEANINGS[code] ?? 'an unknown code'} (NVML ${code})`;

/** GetFieldValues. */
export const FIELD = { energyMj: 83, averageMw: 185, instantMw: 186 } as const;
export const CLOCK = { sm: 1, memory: 2 } as const;
export const ARCHITECTURE = { volta: 5, ampere: 7, unknown: 0xff_ff_ff_ff } as const;
export const VIRTUAL_MODE = { none: 0, passThrough: 1 } as const;
export const XID_EVENT = 0x8;

/** What the event (throttle) reasons mean. Idleness (0x1) and set clocks (0x2) hold nothing below what was asked. */
export const REASON = {
  powerCap: 0x4,
  hardware: 0x8,
  sync: 0x10,
  thermal: 0x20,
  hardwareThermal: 0x40,
  powerBrake: 0x80,
} as const;
export const HARMLESS_REASONS = 0x1 | 0x2;
