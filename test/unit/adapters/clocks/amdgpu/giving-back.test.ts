import { expect } from 'chai';
import fc from 'fast-check';
import { createAmdgpuDevices } from '../../../../../src/adapters/clocks/amdgpu/devices.ts';
import { megahertz, watts } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { ourError } from '../../../../fixtures/rejected.ts';
import { deviceOf, gpuMachine, type GpuMachine, type GpuMachineOptions } from '../../../../fixtures/sysfs/gpu-machine.ts';
import { MI250, MI300X, RX_7900, RX_7900_PLAIN, VEGA_64, type GpuModel } from '../../../../fixtures/sysfs/gpu-models.ts';

describe('amdgpu devices: giving back', () => {
  let machine: GpuMachine;
  let devices: Devices;
  const on = async (models: readonly GpuModel[], options?: GpuMachineOptions): Promise<string> => {
    machine = await gpuMachine(models, options);
    devices = createAmdgpuDevices({ files: machine.tree.files, nowMs: () => 42 });
    return machine.ids[0]!;
  };
  afterEach(() => machine.tree.close());

  it('looks anew after a look that failed', async () => {
    machine = await gpuMachine([MI300X]);
    const [id] = machine.ids as [string];
    const { files } = machine.tree;
    let broken = false;
    const names = (folder: string): Promise<readonly string[]> =>
      broken ? Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' })) : files.names(folder);
    devices = createAmdgpuDevices({ files: { ...files, names } });
    await devices.list();
    await devices.lock(id, megahertz(900));
    broken = true;
    expect((await ourError(devices.list())).code).to.equal('DEVICE_FAILED');
    broken = false;
    await devices.restore(id, null);
    expect(machine.gpus[0]).to.include({ level: 'auto', mostMhz: 2100 });
  });

  it('brings an operator’s own determinism limit back', async () => {
    const id = await on([MI300X]);
    const { files } = machine.tree;
    for (const [name, text] of [
      ['power_dpm_force_performance_level', 'perf_determinism'],
      ['pp_od_clk_voltage', 's 1 1900'],
      ['pp_od_clk_voltage', 'c'],
    ] as const) {
      await files.write(`${deviceOf(0)}/${name}`, text);
    }
    const before = await devices.before(id);
    await devices.lock(id, megahertz(900));
    expect(machine.gpus[0]).to.include({ level: 'perf_determinism', mostMhz: 900 });
    await devices.restore(id, before);
    expect(machine.gpus[0]).to.include({ level: 'perf_determinism', mostMhz: 1900 });
    await devices.restore(id, null);
    expect(machine.gpus[0]).to.include({ level: 'auto', mostMhz: 2100 });
  });

  it('brings an operator’s manual range of an Instinct part back, both ends', async () => {
    const id = await on([MI250]);
    const { files } = machine.tree;
    await devices.list();
    await files.write(`${deviceOf(0)}/power_dpm_force_performance_level`, 'manual');
    const anew = createAmdgpuDevices({ files });
    for (const text of ['s 0 800', 's 1 1500', 'c']) await files.write(`${deviceOf(0)}/pp_od_clk_voltage`, text);
    const before = await devices.before(id);
    // Who has never seen the card free knows no clock below the operator's.
    expect((await anew.list())[0]!.supportedMhz[0]).to.equal(800);
    await devices.lock(id, megahertz(600));
    expect(machine.gpus[0]!.lockedMhz()).to.equal(600);
    await devices.restore(id, before);
    expect(machine.gpus[0]).to.include({ level: 'manual', leastMhz: 800, mostMhz: 1500 });
  });

  it('brings overdrive limits back, also where the lock had to push the lower one aside', async () => {
    const id = await on([RX_7900]);
    machine.gpus[0]!.leastMhz = 1500;
    machine.gpus[0]!.mostMhz = 2200;
    await machine.show(0);
    const before = await devices.before(id);
    await devices.lock(id, megahertz(700));
    expect(machine.gpus[0]).to.include({ leastMhz: 700, mostMhz: 700, level: 'manual' });
    await devices.restore(id, before);
    expect(machine.gpus[0]).to.include({ leastMhz: 1500, mostMhz: 2200, level: 'auto' });
  });

  it('a driver started anew under a lock at the least clock brings the overdrive limits back all the same', async () => {
    const id = await on([RX_7900]);
    const before = await devices.before(id);
    await devices.lock(id, megahertz(500));
    await createAmdgpuDevices({ files: machine.tree.files }).restore(id, before);
    expect(machine.gpus[0]).to.include({ leastMhz: 500, mostMhz: 2482, level: 'auto' });
  });

  it('leaves the overdrive table of a card alone that nobody has locked', async () => {
    const id = await on([RX_7900]);
    machine.gpus[0]!.mostMhz = 2200;
    await machine.show(0);
    await devices.restore(id, null);
    expect(machine.gpus[0]!.mostMhz).to.equal(2200);
  });

  it('a card with two clocks locks either end', async () => {
    const id = await on([RX_7900_PLAIN]);
    expect((await devices.list())[0]!.supportedMhz).to.deep.equal([500, 2482]);
    for (const clockMhz of [500, 2482]) {
      await devices.lock(id, megahertz(clockMhz));
      expect(machine.gpus[0]!.lockedMhz()).to.equal(clockMhz);
    }
    await devices.restore(id, null);
    expect(machine.gpus[0]).to.include({ level: 'auto', mask: null });
  });

  it('a whole table is offered again by a driver that starts under somebody’s lock', async () => {
    const id = await on([MI300X]);
    await devices.lock(id, megahertz(900));
    const anew = createAmdgpuDevices({ files: machine.tree.files });
    expect((await anew.list())[0]!.supportedMhz.at(-1)).to.equal(2100);
    expect((await devices.list())[0]!.supportedMhz.at(-1)).to.equal(2100);
  });

  it('power comes back though the clocks cannot, and the failure is told', async () => {
    const id = await on([VEGA_64]);
    const before = await devices.before(id);
    await devices.lock(id, megahertz(852));
    await devices.limitPower(id, watts(100));
    const { files } = machine.tree;
    const half = createAmdgpuDevices({
      files: { ...files, write: (path, text) => files.write(path.endsWith('_level') ? 'sys/gone' : path, text) },
    });
    expect((await ourError(half.restore(id, before))).code).to.equal('DEVICE_LOST');
    expect(machine.gpus[0]).to.include({ capW: 220, level: 'manual' });
  });

  it('whatever an operator had set, and whatever was locked or failed since, all of it comes back', async () => {
    const models = [MI250, MI300X, RX_7900];
    const operators: readonly (readonly (readonly [string, string])[])[] = [
      [],
      [
        ['pp_od_clk_voltage', 's 1 1500'],
        ['pp_od_clk_voltage', 'c'],
      ],
      [
        ['pp_od_clk_voltage', 's 0 700'],
        ['pp_od_clk_voltage', 's 1 1400'],
        ['pp_od_clk_voltage', 'c'],
      ],
      [['power1_cap', '300000000']],
    ];
    const step = fc.record({
      what: fc.constantFrom('lock', 'fail', 'power', 'restore'),
      percent: fc.integer({ min: 0, max: 100 }),
    });
    const property = fc.asyncProperty(
      fc.constantFrom(...models),
      fc.constantFrom(...operators),
      fc.constantFrom('auto', 'manual', 'perf_determinism'),
      fc.array(step, { maxLength: 6 }),
      async (model, operator, level, steps) => {
        const id = await on([model]);
        const gpu = machine.gpus[0]!;
        if (level !== 'perf_determinism' || model !== RX_7900) gpu.write('power_dpm_force_performance_level', level);
        if (gpu.level !== 'auto' || model === RX_7900) for (const [name, text] of operator) gpu.write(name, text);
        await machine.show(0);
        const was = { level: gpu.level, leastMhz: gpu.leastMhz, mostMhz: gpu.mostMhz, capW: gpu.capW };
        // Asked for when the operator is done: a Radeon's own upper limit bounds what a lock accepts.
        const { supportedMhz } = (await devices.list())[0]!;
        const before = await devices.before(id);
        for (const { what, percent } of steps) {
          const clockMhz = supportedMhz[Math.floor((percent * (supportedMhz.length - 1)) / 100)]!;
          if (what === 'lock') await devices.lock(id, clockMhz);
          if (what === 'power') await devices.limitPower(id, watts(290 + Math.floor(percent / 2)));
          if (what === 'restore') await devices.restore(id, null);
          if (what !== 'fail') continue;
          gpu.refuses = 'EINVAL';
          await devices.lock(id, clockMhz).catch(() => undefined);
          gpu.refuses = null;
        }
        await devices.restore(id, before);
        expect(gpu).to.include(was);
        await machine.tree.close();
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });
});
