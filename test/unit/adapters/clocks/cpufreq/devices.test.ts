import { expect } from 'chai';
import { createCpufreqDevices } from '../../../../../src/adapters/clocks/cpufreq/devices.ts';
import { megahertz } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { ourError } from '../../../../fixtures/rejected.ts';
import {
  cpuMachine,
  EPYC_9654,
  VIRTUAL_MACHINE,
  XEON_2690,
  XEON_8480,
  type CpuMachine,
  type CpuModel,
} from '../../../../fixtures/sysfs/cpu-machine.ts';

const ID = 'cpu-package-0';

describe('cpufreq devices', () => {
  let machine: CpuMachine;
  let devices: Devices;
  let nowMs: number;
  const on = async (model: CpuModel): Promise<void> => {
    machine = await cpuMachine(model);
    nowMs = 1000;
    devices = createCpufreqDevices({ files: machine.tree.files, nowMs: () => nowMs });
  };
  afterEach(() => machine.tree.close());

  it('one device for each socket, with its name, driver and what it can', async () => {
    await on(XEON_8480);
    const [first, second] = await devices.list();
    expect(first).to.deep.include({
      id: ID,
      index: 0,
      name: 'Intel(R) Xeon(R) Platinum 8480+',
      driverVersion: 'intel_pstate, Linux 6.8.0-31-generic',
      capabilities: ['lock', 'energy-counter', 'limit-reasons'],
      powerLimits: null,
      pciAddress: null,
    });
    expect(second).to.include({ id: 'cpu-package-1', index: 1 });
  });

  it('a virtual machine without clocks says where they are', async () => {
    await on(VIRTUAL_MACHINE);
    const error = await ourError(devices.list());
    expect(error.code).to.equal('NO_DRIVER');
    expect(error.hint).to.include('virtual machine');
    expect((await ourError(devices.read(ID))).code).to.equal('NO_DRIVER');
  });

  it('a guest that is shown clocks says that it is one', async () => {
    await on({ ...XEON_8480, guest: true });
    expect(await devices.users(ID)).to.deep.equal({ processes: null, partitioned: false, mps: false, virtual: true });
  });

  it('a kernel that does not count throttling promises no reasons', async () => {
    await on(EPYC_9654);
    expect((await devices.list())[0]!.capabilities).to.deep.equal(['lock', 'energy-counter']);
  });

  describe('a reading', () => {
    it('tells the slowest processor, the temperature of its package, and joules', async () => {
      await on(XEON_8480);
      machine.idle.add(2);
      machine.energyUj[0] = 7_250_000;
      await machine.show();
      expect(await devices.read(ID)).to.deep.equal({
        id: ID,
        atMs: 1000,
        smMhz: 800,
        memoryMhz: null,
        instantW: null,
        averageW: null,
        counterJ: 7.25,
        temperatureC: 47,
        limits: [],
      });
      expect(await devices.read('cpu-package-1')).to.include({ smMhz: 3800, temperatureC: 48 });
    });

    it('the counter goes on where the processor’s comes round, for many readers at once too', async () => {
      await on(XEON_8480);
      machine.energyUj[0] = XEON_8480.rangeUj - 3_000_000;
      await machine.show();
      const { counterJ } = await devices.read(ID);
      machine.energyUj[0] = 4_000_000;
      await machine.show();
      nowMs += 1000;
      const all = await Promise.all(Array.from({ length: 20 }, () => devices.read(ID)));
      for (const later of all) expect(later.counterJ! - counterJ!).to.be.closeTo(7, 1e-6);
    });

    it('where RAPL may not be read there is no counter, and no promise of one', async function () {
      if (process.getuid!() !== 0) this.skip();
      await on(XEON_8480);
      const { chmod } = await import('node:fs/promises');
      for (const n of [0, 1]) await chmod(`${machine.tree.root}/sys/class/powercap/intel-rapl:${n}/energy_uj`, 0o400);
      machine.tree.becomeNobody();
      expect((await devices.list())[0]!.capabilities).to.deep.equal(['lock', 'limit-reasons']);
      expect((await devices.read(ID)).counterJ).to.equal(null);
    });

    it('throttling by heat is told in the reading after it was counted', async () => {
      await on(XEON_8480);
      await devices.read(ID);
      machine.throttled[0]! += 3;
      await machine.show();
      expect((await devices.read(ID)).limits).to.deep.equal(['thermal']);
      expect((await devices.read(ID)).limits).to.deep.equal([]);
    });

    it('with two packages an AMD sensor belongs to nobody; with one it does', async () => {
      await on(EPYC_9654);
      expect((await devices.read(ID)).temperatureC).to.equal(null);
      await machine.tree.close();
      await on({ ...EPYC_9654, packages: 1 });
      expect((await devices.read(ID)).temperatureC).to.equal(47);
    });
  });

  describe('setting and giving back', () => {
    it('lowers the lower limit where it stands above, never raises it, and brings both back exactly', async () => {
      await on(XEON_8480);
      Object.assign(machine.policies[0]!, { minKhz: 2_000_000, maxKhz: 3_500_000 });
      Object.assign(machine.policies[1]!, { minKhz: 900_000, maxKhz: 3_000_001 });
      await machine.show();
      const before = await devices.before(ID);
      await devices.lock(ID, megahertz(1500));
      expect(machine.ofPackage(0).map(({ minKhz, maxKhz }) => [minKhz, maxKhz])).to.deep.equal([
        [1_500_000, 1_500_000],
        [900_000, 1_500_000],
        [800_000, 1_500_000],
        [800_000, 1_500_000],
      ]);
      await devices.restore(ID, before);
      expect(machine.policies[0]).to.include({ minKhz: 2_000_000, maxKhz: 3_500_000 });
      expect(machine.policies[1]).to.include({ minKhz: 900_000, maxKhz: 3_000_001 });
      await devices.restore(ID, null);
      expect(machine.policies[0]).to.include({ minKhz: 800_000, maxKhz: 3_800_000 });
    });

    it('all or none: a policy that refuses leaves the others as they were', async () => {
      await on(XEON_8480);
      await devices.lock(ID, megahertz(2000));
      for (const [code, ours] of [
        ['EINVAL', 'DEVICE_FAILED'],
        ['EBUSY', 'DEVICE_FAILED'],
        ['ENODEV', 'DEVICE_LOST'],
      ] as const) {
        machine.refuses = { policy: 3, code };
        const error = await ourError(devices.lock(ID, megahertz(1000)));
        expect(error.code).to.equal(ours);
        expect(error.message).to.include(ID).and.include('policy3');
        expect(machine.lockedMhz(0)).to.equal(2000);
      }
    });

    it('a limit that was taken and not followed is a failure, and is undone', async () => {
      await on(XEON_8480);
      const { files } = machine.tree;
      const deaf = createCpufreqDevices({
        files: { ...files, write: async (path, text) => (path.includes('policy1/') ? undefined : files.write(path, text)) },
      });
      const error = await ourError(deaf.lock(ID, megahertz(1000)));
      expect(error.message).to.include('policy1').and.include('3800000');
      expect(machine.lockedMhz(0)).to.equal(null);
    });

    it('processors that go offline while locked are left out; those that come back are noticed', async () => {
      await on(XEON_8480);
      await devices.list();
      const before = await devices.before(ID);
      await devices.lock(ID, megahertz(1000));
      await machine.setOnline([2, 3], false);
      expect((await devices.read(ID)).smMhz).to.equal(1000);
      expect(await devices.events()).to.deep.equal([]);
      Object.assign(machine.policies[2]!, { minKhz: 800_000, maxKhz: 3_800_000 });
      await machine.setOnline([2, 3], true);
      const [event, ...more] = await devices.events();
      expect(event).to.include({ id: ID, what: 'reset' });
      expect(event!.detail).to.include('policy2');
      expect(more).to.deep.equal([]);
      await devices.restore(ID, before);
      expect(machine.lockedMhz(0)).to.equal(null);
    });

    it('a clock of an old table is set as the table has it', async () => {
      await on(XEON_2690);
      await devices.lock(ID, megahertz(2601));
      await devices.lock(ID, megahertz(2400));
      expect(machine.lockedMhz(0)).to.equal(2400);
      expect((await ourError(devices.lock(ID, megahertz(2300)))).code).to.equal('CLOCK_OUTSIDE_CARD');
    });

    it('a policy that shows no clock is a failure that names the file', async () => {
      await on(XEON_8480);
      await devices.list();
      await machine.tree.put('sys/devices/system/cpu/cpufreq/policy1/scaling_max_freq', '<unsupported>\n');
      for (const call of [devices.before(ID), devices.lock(ID, megahertz(1000))]) {
        expect((await ourError(call)).message).to.include('policy1/scaling_max_freq');
      }
      expect(machine.policies[0]!.maxKhz).to.equal(3_800_000);
    });
  });
});
