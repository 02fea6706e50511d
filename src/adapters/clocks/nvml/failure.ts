import { VoltanaError } from '../../../domain/errors.ts';
import {
  DRIVER_NOT_LOADED,
  FUNCTION_NOT_FOUND,
  GPU_IS_LOST,
  GPU_NOT_FOUND,
  LIBRARY_NOT_FOUND,
  NOT_SUPPORTED,
  NO_PERMISSION,
  RESET_REQUIRED,
  UNINITIALIZED,
  VERSION_MISMATCH,
  meaningOf,
} from './codes.ts';

const SETS = /^nvmlDevice(Set|Reset)/;
const OPEN_FILES =
  'Let this process open the device files /dev/nvidia*: run the agent as root (sudo voltana agent), or give its container the GPUs.';

/** What keeps the whole driver from working. */
const DRIVER_HINTS: Readonly<Record<number, string>> = {
  [UNINITIALIZED]: 'Run again as soon as the driver is loaded; voltana opens it anew by itself.',
  [DRIVER_NOT_LOADED]: 'Load it (sudo modprobe nvidia), or install the NVIDIA driver.',
  [LIBRARY_NOT_FOUND]: 'Install the whole NVIDIA driver, of one version.',
  [VERSION_MISMATCH]: 'The driver was upgraded while it was loaded: reboot, or unload and load its kernel modules.',
  [GPU_NOT_FOUND]: 'Run it on a machine with NVIDIA GPUs; in a container, let it have them (--gpus all).',
};

const lostHint = (code: number): { hint: string } | undefined =>
  code === RESET_REQUIRED
    ? { hint: 'Stop what runs on it, then reset it (sudo nvidia-smi --gpu-reset -i with its id), or reboot.' }
    : undefined;

/** What a return code of NVML means to voltana. `device` is null for a call of the whole driver. */
export const nvmlFailure = (code: number, call: string, device: string | null): VoltanaError => {
  const text = `${call}${device === null ? '' : ` on ${device}`}: ${meaningOf(code)}`;
  const driverHint = DRIVER_HINTS[code];
  if (driverHint !== undefined) return new VoltanaError('NO_DRIVER', text, { hint: driverHint });
  switch (code) {
    case NO_PERMISSION:
      return new VoltanaError('NOT_PERMITTED', text, SETS.test(call) ? {} : { hint: OPEN_FILES });
    case NOT_SUPPORTED:
    case FUNCTION_NOT_FOUND:
      return new VoltanaError('NOT_SUPPORTED', text);
    case GPU_IS_LOST:
    case RESET_REQUIRED:
      return new VoltanaError('DEVICE_LOST', text, lostHint(code));
    default:
      return new VoltanaError('DEVICE_FAILED', text);
  }
};

export const cannot = (what: string, device: string): VoltanaError =>
  new VoltanaError('NOT_SUPPORTED', `${device}: ${what} is not offered by this GPU or its driver`);
