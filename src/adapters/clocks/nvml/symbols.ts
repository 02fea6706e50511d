/**
 * What is used of NVML, by name of our own: its C names, newest first, and the types of its arguments. Handles and
 * whatever is written to are pointers. What a library lacks is left out and degrades what its devices can do.
 */
const P = 'void *';
const U = 'uint32';

export const SYMBOLS = {
  init: [['nvmlInit_v2', 'nvmlInit'], []],
  shutdown: [['nvmlShutdown'], []],
  driverVersion: [['nvmlSystemGetDriverVersion'], [P, U]],
  count: [['nvmlDeviceGetCount_v2', 'nvmlDeviceGetCount'], [P]],
  handle: [
    ['nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetHandleByIndex'],
    [U, P],
  ],
  uuid: [['nvmlDeviceGetUUID'], [P, P, U]],
  name: [['nvmlDeviceGetName'], [P, P, U]],
  pci: [
    ['nvmlDeviceGetPciInfo_v3', 'nvmlDeviceGetPciInfo_v2', 'nvmlDeviceGetPciInfo'],
    [P, P],
  ],
  vbios: [['nvmlDeviceGetVbiosVersion'], [P, P, U]],
  architecture: [['nvmlDeviceGetArchitecture'], [P, P]],
  memoryClocks: [['nvmlDeviceGetSupportedMemoryClocks'], [P, P, P]],
  graphicsClocks: [['nvmlDeviceGetSupportedGraphicsClocks'], [P, U, P, P]],
  lock: [['nvmlDeviceSetGpuLockedClocks'], [P, U, U]],
  unlock: [['nvmlDeviceResetGpuLockedClocks'], [P]],
  lockMemory: [['nvmlDeviceSetMemoryLockedClocks'], [P, U, U]],
  unlockMemory: [['nvmlDeviceResetMemoryLockedClocks'], [P]],
  powerLimit: [['nvmlDeviceGetPowerManagementLimit'], [P, P]],
  powerLimits: [['nvmlDeviceGetPowerManagementLimitConstraints'], [P, P, P]],
  powerDefault: [['nvmlDeviceGetPowerManagementDefaultLimit'], [P, P]],
  setPowerLimit: [['nvmlDeviceSetPowerManagementLimit'], [P, U]],
  fields: [['nvmlDeviceGetFieldValues'], [P, 'int32', P]],
  power: [['nvmlDeviceGetPowerUsage'], [P, P]],
  energy: [['nvmlDeviceGetTotalEnergyConsumption'], [P, P]],
  clock: [['nvmlDeviceGetClockInfo'], [P, U, P]],
  reasons: [
    ['nvmlDeviceGetCurrentClocksEventReasons', 'nvmlDeviceGetCurrentClocksThrottleReasons'],
    [P, P],
  ],
  temperature: [['nvmlDeviceGetTemperature'], [P, U, P]],
  mig: [['nvmlDeviceGetMigMode'], [P, P, P]],
  virtualMode: [['nvmlDeviceGetVirtualizationMode'], [P, P]],
  persistence: [['nvmlDeviceGetPersistenceMode'], [P, P]],
  processes: [
    ['nvmlDeviceGetComputeRunningProcesses_v3', 'nvmlDeviceGetComputeRunningProcesses_v2'],
    [P, P, P],
  ],
  oldProcesses: [['nvmlDeviceGetComputeRunningProcesses'], [P, P, P]],
  mpsProcesses: [
    ['nvmlDeviceGetMPSComputeRunningProcesses_v3', 'nvmlDeviceGetMPSComputeRunningProcesses_v2'],
    [P, P, P],
  ],
  createEvents: [['nvmlEventSetCreate'], [P]],
  freeEvents: [['nvmlEventSetFree'], [P]],
  register: [['nvmlDeviceRegisterEvents'], [P, 'uint64', P]],
  nextEvent: [
    ['nvmlEventSetWait_v2', 'nvmlEventSetWait'],
    [P, P, U],
  ],
} as const satisfies Record<string, readonly [readonly string[], readonly string[]]>;

export type NvmlCall = keyof typeof SYMBOLS;

/** Without these a library is none of NVML. */
export const NEEDED: readonly NvmlCall[] = ['init', 'shutdown', 'count', 'handle', 'uuid', 'clock'];
