import { createCpufreqDevices } from '../../src/adapters/clocks/cpufreq/devices.ts';
import { cpuMachine, EPYC_9654, XEON_2690, XEON_8480, type CpuModel } from '../fixtures/sysfs/cpu-machine.ts';
import { devicesContract, type DevicesSubject } from './devices.ts';

/** Every 100 MHz from one to below the other, and that one. */
const steps = (leastMhz: number, mostMhz: number): number[] => [
  ...Array.from({ length: 100 }, (_, i) => i * 100).filter((mhz) => mhz >= leastMhz && mhz < mostMhz),
  mostMhz,
];

/** Of each package: enough for one to fail or differ. */
const CPUS = 2;

/** A lock of the fastest clock and no lock look the same here, so the bed remembers which of the two was asked for. */
const subjectOf = (model: CpuModel, clocksMhz: readonly number[]) => async (): Promise<DevicesSubject> => {
  const machine = await cpuMachine({ ...model, cpusPerPackage: CPUS });
  const { tree } = machine;
  const packageOf = (id: string): number => Number(id.replace('cpu-package-', ''));
  const devices = createCpufreqDevices({ files: tree.files });
  const atMost = new Set<string>();
  return {
    devices: {
      ...devices,
      async lock(id, clockMhz) {
        await devices.lock(id, clockMhz);
        if (clockMhz === clocksMhz.at(-1)) atMost.add(id);
        else atMost.delete(id);
      },
      async restore(id, before) {
        atMost.delete(id);
        await devices.restore(id, before);
      },
    },
    ids: ['cpu-package-0', 'cpu-package-1'],
    clocksMhz,
    memoryMhz: [],
    settleMs: 0,
    nowMs: () => performance.now(),
    lockedMhz: async (id) => machine.lockedMhz(packageOf(id)) ?? (atMost.has(id) ? clocksMhz.at(-1)! : null),
    lockedMemoryMhz: async () => null,
    powerLimitW: async () => 0,
    ...(process.getuid!() === 0 && { refuse: async () => tree.becomeNobody() }),
    lose: (id) => {
      const first = packageOf(id) * CPUS;
      return machine.setOnline(
        Array.from({ length: CPUS }, (_, i) => first + i),
        false,
      );
    },
    close: () => tree.close(),
  };
};

devicesContract('cpufreq, two Xeon with intel_pstate', subjectOf(XEON_8480, steps(800, 3800)));
devicesContract('cpufreq, two EPYC with amd-pstate', subjectOf(EPYC_9654, steps(1500, 3708)));
devicesContract('cpufreq, two Xeon with acpi-cpufreq', subjectOf(XEON_2690, [1200, 1600, 2000, 2400, 2500, 2600, 2601]));
