import { createAmdgpuDevices } from '../../src/adapters/clocks/amdgpu/devices.ts';
import { deviceOf, gpuMachine } from '../fixtures/sysfs/gpu-machine.ts';
import { MI250, MI250_SECOND_DIE, MI300X, RX_7900, VEGA_64, type GpuModel } from '../fixtures/sysfs/gpu-models.ts';
import { devicesContract, type DevicesSubject } from './devices.ts';

/** Every 25 MHz between the two, and the two. */
const steps = (leastMhz: number, mostMhz: number): number[] => {
  const between = Array.from({ length: 400 }, (_, i) => i * 25).filter((mhz) => mhz > leastMhz && mhz < mostMhz);
  return [leastMhz, ...between, mostMhz];
};

const subjectOf =
  (models: readonly GpuModel[], clocksMhz: readonly number[], memoryMhz: readonly number[]) => async (): Promise<DevicesSubject> => {
    const { tree, gpus, ids } = await gpuMachine(models);
    const gpuOf = (id: string) => gpus[ids.indexOf(id)]!;
    return {
      devices: createAmdgpuDevices({ files: tree.files }),
      ids: ids as [string, string, ...string[]],
      clocksMhz,
      memoryMhz,
      settleMs: 0,
      nowMs: () => performance.now(),
      lockedMhz: async (id) => gpuOf(id).lockedMhz(),
      lockedMemoryMhz: async (id) => gpuOf(id).lockedMemoryMhz(),
      powerLimitW: async (id) => gpuOf(id).capW,
      // Only root can become another user; everybody else owns these files.
      ...(process.getuid!() === 0 && { refuse: async () => tree.becomeNobody() }),
      lose: (id) => tree.remove(deviceOf(ids.indexOf(id)).replace('/device', '')),
      close: () => tree.close(),
    };
  };

devicesContract('amdgpu, both dies of an MI250', subjectOf([MI250, MI250_SECOND_DIE], steps(500, 1700), []));
devicesContract('amdgpu, two MI300X', subjectOf([MI300X, MI300X], steps(132, 2100), []));
devicesContract('amdgpu, two RX 7900 with overdrive', subjectOf([RX_7900, RX_7900], steps(500, 2482), RX_7900.mclkMhz));
devicesContract('amdgpu, two Vega 64', subjectOf([VEGA_64, VEGA_64], VEGA_64.sclkMhz, VEGA_64.mclkMhz));
