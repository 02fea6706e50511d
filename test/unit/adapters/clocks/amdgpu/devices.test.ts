import { expect } from 'chai';
import { createAmdgpuDevices } from '../../../../../src/adapters/clocks/amdgpu/devices.ts';
import { megahertz } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { ourError } from '../../../../fixtures/rejected.ts';
import { deviceOf, gpuMachine, pciOf, type GpuMachine, type GpuMachineOptions } from '../../../../fixtures/sysfs/gpu-machine.ts';
import { MI250, MI250_SECOND_DIE, MI300X, RX_7900, VEGA_64, type GpuModel } from '../../../../fixtures/sysfs/gpu-models.ts';
import { makeTree } from '../../../../fixtures/sysfs/tree.ts';

describe('amdgpu devices', () => {
  let machine: GpuMachine;
  let devices: Devices;
  const on = async (models: readonly GpuModel[], options?: GpuMachineOptions): Promise<string> => {
    machine = await gpuMachine(models, options);
    devices = createAmdgpuDevices({ files: machine.tree.files, nowMs: () => 42 });
    return machine.ids[0]!;
  };
  afterEach(() => machine.tree.close());

  describe('a machine', () => {
    it('lists its AMD GPUs, with names, addresses and versions, and no card of another maker', async () => {
      await on([MI300X, RX_7900]);
      const list = await devices.list();
      expect(list).to.have.length(2);
      expect(list[0]).to.deep.include({
        id: machine.ids[0],
        name: 'AMD Instinct MI300X OAM',
        pciAddress: pciOf(0),
        driverVersion: '6.8.5',
        vbios: '113-D67301V-073',
        powerLimits: { presentW: 750, defaultW: 750, leastW: 1, mostW: 750 },
        capabilities: ['lock', 'power-limit', 'energy-counter', 'instant-power', 'processes', 'limit-reasons'],
      });
      expect(list[1]!.name).to.equal('AMD GPU 0x744c');
    });

    it('without serial numbers a GPU is known by its address', async () => {
      await on([MI250], { serials: false });
      expect((await devices.list())[0]!.id).to.equal(`amdgpu-${pciOf(0)}`);
    });

    it('two cards with one serial number are told apart by their addresses', async () => {
      await on([MI250, MI250]);
      for (const index of [0, 1]) await machine.tree.put(`${deviceOf(index)}/unique_id`, 'deadbeef00000001\n');
      expect((await devices.list()).map(({ id }) => id)).to.deep.equal([`amdgpu-${pciOf(0)}`, `amdgpu-${pciOf(1)}`]);
    });

    it('without an AMD GPU, or without the driver, says what to do', async () => {
      await on([MI250]);
      const empty = await makeTree();
      for (const root of ['/nonexistent', empty.root]) {
        const error = await ourError(createAmdgpuDevices({ root }).list());
        expect(error.code).to.equal('NO_DRIVER');
        expect(error.hint).to.include('modprobe amdgpu');
      }
      await empty.close();
    });

    it('the second die of a board has neither power nor a counter, rather than zeros', async () => {
      await on([MI250, MI250_SECOND_DIE]);
      const [first, second] = await devices.list();
      expect(first!.capabilities).to.include.members(['energy-counter', 'average-power', 'power-limit']);
      expect(second!.capabilities).to.not.include.members(['energy-counter', 'average-power', 'power-limit']);
      expect(await devices.read(second!.id)).to.include({ averageW: null, counterJ: null });
    });

    it('with power management off nothing can be set, and it says so', async () => {
      const id = await on([MI250]);
      await machine.tree.remove(`${deviceOf(0)}/power_dpm_force_performance_level`);
      expect((await devices.list())[0]!.supportedMhz).to.deep.equal([]);
      const error = await ourError(devices.lock(id, megahertz(500)));
      expect(error.code).to.equal('NOT_SUPPORTED');
      expect(error.hint).to.include('/sys/class/drm/card0/device/power/control');
    });
  });

  describe('a reading', () => {
    it('tells clocks, power, energy and temperature in our units', async () => {
      const id = await on([MI250]);
      machine.gpus[0]!.energyJ = 98_765.25;
      await machine.show(0);
      expect(await devices.read(id)).to.deep.equal({
        id,
        atMs: 42,
        smMhz: 1360,
        memoryMhz: 1600,
        instantW: null,
        averageW: 302,
        counterJ: 98_765.25,
        temperatureC: 44,
        limits: [],
      });
    });

    it('limits: what the table tells, or what has grown since the reading before', async () => {
      await on([MI250, MI300X]);
      const [told, counted] = machine.gpus;
      told!.limitBits = 1n;
      counted!.residencies = [0, 5, 0, 0, 0];
      await Promise.all([machine.show(0), machine.show(1)]);
      expect((await devices.read(machine.ids[0]!)).limits).to.deep.equal(['power']);
      expect((await devices.read(machine.ids[1]!)).limits).to.deep.equal([]);
      counted!.residencies = [0, 5, 9, 0, 0];
      await machine.show(1);
      expect((await devices.read(machine.ids[1]!)).limits).to.deep.equal(['thermal']);
      expect((await devices.read(machine.ids[1]!)).limits).to.deep.equal([]);
    });

    it('without clock sensors the marked level counts; without a mark there is no clock, and never one of zero', async () => {
      const id = await on([VEGA_64]);
      for (const name of ['freq1_input', 'freq2_input']) await machine.tree.remove(`${deviceOf(0)}/hwmon/hwmon3/${name}`);
      expect(await devices.read(id)).to.include({ smMhz: 1200, memoryMhz: 167 });
      await machine.tree.put(`${deviceOf(0)}/pp_dpm_sclk`, 'unavailable\n');
      expect((await ourError(devices.read(id))).message)
        .to.include(id)
        .and.include('no clock');
    });
  });

  describe('users', () => {
    it('are the processes with a queue or memory there, not all that have opened it', async () => {
      await on([MI300X, MI300X]);
      await machine.addProcess(101, 'sglang', 0, 'queue');
      await machine.addProcess(102, null, 0, 'memory');
      await machine.addProcess(103, 'rocm-smi', 0, 'opened');
      await machine.addProcess(104, 'other', 1, 'queue');
      expect((await devices.users(machine.ids[0]!)).processes).to.deep.equal([
        { pid: 101, name: 'sglang' },
        { pid: 102, name: null },
      ]);
    });

    it('without the compute driver are not known', async () => {
      const id = await on([RX_7900], { kfd: false });
      expect((await devices.users(id)).processes).to.equal(null);
      expect((await devices.list())[0]!.capabilities).to.not.include('processes');
    });

    it('of a card that is cut into partitions, or lent to virtual machines, are told as that', async () => {
      const id = await on([MI300X]);
      await machine.tree.put(`${deviceOf(0)}/current_compute_partition`, 'CPX\n');
      expect(await devices.users(id)).to.include({ partitioned: true, virtual: false });
      await machine.tree.put(`${deviceOf(0)}/sriov_numvfs`, '8\n');
      expect(await devices.users(id)).to.include({ virtual: true });
    });
  });

  describe('going wrong', () => {
    it('what the driver refuses is named with the text and the file; the card stays as it was', async () => {
      const id = await on([MI300X]);
      const gpu = machine.gpus[0]!;
      for (const [code, ours] of [
        ['EINVAL', 'DEVICE_FAILED'],
        ['EPERM', 'NOT_PERMITTED'],
        ['EROFS', 'NOT_PERMITTED'],
        ['ENODEV', 'DEVICE_LOST'],
        ['EBUSY', 'DEVICE_FAILED'],
      ] as const) {
        gpu.refuses = code;
        const error = await ourError(devices.lock(id, megahertz(900)));
        expect(error.code).to.equal(ours);
        expect(error.message).to.include(id).and.include('/sys/class/drm/card0/device');
        gpu.refuses = null;
        expect(gpu.lockedMhz()).to.equal(null);
      }
    });

    it('a lock that fails halfway leaves no half of it', async () => {
      const id = await on([MI300X]);
      const { files } = machine.tree;
      const refusing = createAmdgpuDevices({
        files: {
          ...files,
          write: async (path, text) => files.write(path, text === 'c' ? 'nonsense' : text),
        },
      });
      const error = await ourError(refusing.lock(id, megahertz(900)));
      expect(error.code).to.equal('DEVICE_FAILED');
      expect(error.message).to.include('"c"').and.include('EINVAL');
      expect(machine.gpus[0]).to.include({ level: 'auto', mostMhz: 2100 });
    });

    it('a text that was taken and not followed is a failure', async () => {
      const id = await on([MI300X]);
      const { files } = machine.tree;
      const deaf = createAmdgpuDevices({
        files: { ...files, write: async (path, text) => (text === 'c' ? undefined : files.write(path, text)) },
      });
      expect((await ourError(deaf.lock(id, megahertz(900)))).message).to.include('132 to 2100 MHz');
      expect(machine.gpus[0]!.level).to.equal('auto');
    });

    it('a locked card that shows nothing is not said to be given back', async () => {
      const id = await on([MI300X]);
      const before = await devices.before(id);
      await devices.lock(id, megahertz(900));
      await machine.tree.remove(`${deviceOf(0)}/power_dpm_force_performance_level`);
      for (const told of [before, null]) expect((await ourError(devices.restore(id, told))).message).to.include('may still be locked');
    });

    it('a reset is told once, as the loss of our lock; a loss of the card too', async () => {
      const id = await on([MI300X, MI250]);
      await devices.list();
      await devices.lock(id, megahertz(900));
      expect(await devices.events()).to.deep.equal([]);
      machine.gpus[0]!.reset();
      await machine.show(0);
      const [event, ...more] = await devices.events();
      expect(event).to.include({ id, what: 'reset' });
      expect(more).to.deep.equal([]);
      await machine.tree.remove('sys/class/drm/card1');
      expect((await devices.events()).map(({ id: lost, what }) => [lost, what])).to.deep.equal([[machine.ids[1], 'lost']]);
      expect(await devices.events()).to.deep.equal([]);
    });

    it('a card whose number went to another one is looked for, not mistaken', async () => {
      const id = await on([MI300X]);
      await devices.read(id);
      await machine.tree.put(`${deviceOf(0)}/uevent`, 'DRIVER=amdgpu\nPCI_SLOT_NAME=0000:41:00.0\n');
      await machine.tree.put(`${deviceOf(0)}/unique_id`, 'ffffeeeeddddcccc\n');
      expect((await ourError(devices.read(id))).code).to.equal('DEVICE_LOST');
      expect((await devices.list())[0]!.id).to.equal('amdgpu-ffffeeeeddddcccc');
    });
  });
});
