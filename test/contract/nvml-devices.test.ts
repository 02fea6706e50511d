import { createNvmlDevices } from '../../src/adapters/clocks/nvml/devices.ts';
import type { ReaderEntry } from '../../src/adapters/clocks/nvml/reader/thread.ts';
import type { Devices } from '../../src/ports/devices.ts';
import { fakeNvml, needsGcc, OLD_DRIVER, type FakeNvmlOptions } from '../fixtures/nvml/fake-nvml.ts';
import { readerEntry, readTogether } from '../fixtures/nvml/reader-entry.ts';
import { devicesContract, type DevicesSubject } from './devices.ts';

const signalled = (): { readonly promise: Promise<void>; readonly signal: () => void } => {
  let signal = (): void => undefined;
  const promise = new Promise<void>((resolve) => (signal = resolve));
  return { promise, signal };
};

/** The same devices, read together with nobody. */
const readByThread = (devices: Devices): Devices => ({
  ...devices,
  read: async (id) => {
    const outcome = (await readTogether(devices, [id])).get(id)!;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  },
});

const onFake = async (options: FakeNvmlOptions, hasMemoryLock: boolean, reader?: ReaderEntry): Promise<DevicesSubject> => {
  const gpus = fakeNvml({ settingUs: 1000, ...options });
  const begun = signalled();
  const opened = createNvmlDevices({ library: gpus.library, reader, onReader: begun.signal });
  const devices = reader === undefined ? opened : readByThread(opened);
  if (reader !== undefined) await Promise.all([devices.read(gpus.ids[0]!), begun.promise]);
  const at = (id: string): number => gpus.ids.indexOf(id);
  return {
    devices,
    ids: gpus.ids as [string, string],
    clocksMhz: gpus.clocksMhz,
    memoryMhz: hasMemoryLock ? gpus.memoryMhz : [],
    settleMs: gpus.settleMs + 5,
    nowMs: () => performance.now(),
    lockedMhz: async (id) => gpus.lockedMhz(at(id)),
    lockedMemoryMhz: async (id) => gpus.lockedMemoryMhz(at(id)),
    powerLimitW: async (id) => gpus.powerLimitW(at(id)),
    refuse: async () => gpus.refuse(),
    lose: async (id) => gpus.lose(at(id)),
    async close() {
      await devices.close();
      gpus.close();
    },
  };
};

describe('devices contract, over the fake NVML library', () => {
  needsGcc();
  devicesContract('NVML, A100', () => onFake({ model: 'a100', gpus: 3 }, true));
  devicesContract('NVML, H100', () => onFake({ model: 'h100' }, true));
  devicesContract('NVML, H100, read by a thread of its own', async () => onFake({ model: 'h100' }, true, await readerEntry()));
  devicesContract('NVML, V100 with an old driver', () => onFake({ model: 'v100', without: OLD_DRIVER }, false));
});
