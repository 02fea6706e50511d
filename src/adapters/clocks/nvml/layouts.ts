/**
 * C layouts of NVML on 64-bit Linux, in bytes (nvml.h of nvidia-nvml-dev 13.5; test/fixtures/nvml/abi.c compares them with
 * a header). Structs are read from plain buffers: that costs nothing per call, and a short answer cannot overrun.
 */
export const TEXT_BYTES = 96;
/** Handles are pointers. */
export const HANDLE_BYTES = 8;
export const PCI_INFO = { bytes: 68, deviceId: 28, busId: 36, busIdBytes: 32 } as const;
export const FIELD_VALUE = { bytes: 40, id: 0, valueType: 24, returned: 28, value: 32 } as const;
/** `nvmlDeviceGetComputeRunningProcesses` without a version knows no instances. */
export const PROCESS_V1 = { bytes: 16, pid: 0 } as const;
export const PROCESS_V2 = { bytes: 24, pid: 0 } as const;
export const EVENT_DATA = { bytes: 32, device: 0, type: 8, data: 16 } as const;

const VALUE = {
  double: 0,
  unsignedInt: 1,
  unsignedLong: 2,
  unsignedLongLong: 3,
  signedLongLong: 4,
  signedInt: 5,
  unsignedShort: 6,
} as const;

/** Off the JavaScript heap whatever its size: the driver writes into it from another thread. */
export const outBuffer = (bytes: number): Buffer => Buffer.from(new ArrayBuffer(bytes));

export const textIn = (buffer: Buffer): string => {
  const end = buffer.indexOf(0);
  return buffer.toString('latin1', 0, end === -1 ? buffer.length : end);
};

/** The union at the end of a field value; null for a type that is unknown here. */
export const fieldNumber = (buffer: Buffer, base: number): number | null => {
  const at = base + FIELD_VALUE.value;
  switch (buffer.readUInt32LE(base + FIELD_VALUE.valueType)) {
    case VALUE.double:
      return buffer.readDoubleLE(at);
    case VALUE.unsignedInt:
      return buffer.readUInt32LE(at);
    case VALUE.unsignedLong:
    case VALUE.unsignedLongLong:
      return Number(buffer.readBigUInt64LE(at));
    case VALUE.signedLongLong:
      return Number(buffer.readBigInt64LE(at));
    case VALUE.signedInt:
      return buffer.readInt32LE(at);
    case VALUE.unsignedShort:
      return buffer.readUInt16LE(at);
    default:
      return null;
  }
};

/** `00000000:3B:00.0` is `0000:3b:00.0` to everybody else. */
export const pciAddressIn = (pci: Buffer): string | null => {
  const text = textIn(pci.subarray(PCI_INFO.busId, PCI_INFO.busId + PCI_INFO.busIdBytes)) || textIn(pci.subarray(0, 16));
  const match = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i.exec(text);
  if (match === null) return null;
  const domain = match[1]!.replace(/^0+(?=.{4})/, '');
  return `${domain}:${match[2]}:${match[3]}.${match[4]}`.toLowerCase();
};
