import { createNvmlDevices } from '../../src/adapters/clocks/nvml/devices.ts';
import { fakeNvml, needsGcc, OLD_DRIVER, type FakeNvmlOptions } from '../fixtures/nvml/fake-nvml.ts';
import { devicesContract, type DevicesSubject } from './devices.ts';

const onFake = async (options: FakeNvmlOptions, hasMemoryLock: boolean): Promise<DevicesSubject> => {
  const gpus = fakeNvml({ settingUs: 1000, ...options });
  const devices = createNvmlDevices({ library: gpus.library });
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
  devicesContract('NVML, V100 with an old driver', () => onFake({ model: 'v100', without: OLD_DRIVER }, false));
});
