import { expect } from 'chai';
import { createNvmlDevices } from '../../../../../src/adapters/clocks/nvml/devices.ts';
import type { DeviceReading } from '../../../../../src/domain/device.ts';
import { megahertz, powerOf, watts } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { fakeNvml, needsGcc, type FakeNvml, type FakeNvmlOptions } from '../../../../fixtures/nvml/fake-nvml.ts';

const waitMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

describe('reading NVIDIA GPUs', () => {
  needsGcc();
  let gpus: FakeNvml;
  let devices: Devices;
  let id: string;
  const start = (options: FakeNvmlOptions = {}): void => {
    gpus = fakeNvml({ settingUs: 0, readUs: 0, settleMs: 0, ...options });
    devices = createNvmlDevices({ library: gpus.library });
    id = gpus.ids[0]!;
  };
  const timed = async (): Promise<DeviceReading & { askedMs: number; answeredMs: number }> => {
    const askedMs = performance.now();
    const reading = await devices.read(id);
    return { ...reading, askedMs, answeredMs: performance.now() };
  };
  afterEach(async () => {
    await devices?.close();
    gpus?.close();
  });

  it('the slope of its counter is its power, idle and busy, locked and not', async () => {
    start();
    for (const [load, clockMhz] of [
      [0, null],
      [1, null],
      [1, 990],
    ] as const) {
      gpus.setLoad(0, load);
      if (clockMhz !== null) await devices.lock(id, megahertz(clockMhz));
      const first = await timed();
      await waitMs(200);
      const last = await timed();
      // Each count is of a moment between question and answer: that bounds the slope, however slow this machine is.
      const countedJ = last.counterJ! - first.counterJ!;
      expect(last.instantW).to.be.at.least(powerOf(countedJ, last.answeredMs - first.askedMs)! * 0.99);
      expect(last.instantW).to.be.at.most(powerOf(countedJ, last.askedMs - first.answeredMs)! * 1.01);
      expect(last.atMs).to.be.within(last.askedMs, last.answeredMs);
    }
    expect((await devices.read(id)).smMhz).to.equal(990);
  });

  it('names the average apart from the moment, by what the GPU knows', async () => {
    start({ model: 'a100' });
    expect(await devices.read(id))
      .to.include({ averageW: null })
      .and.have.property('instantW')
      .above(0);
    await devices.close();
    gpus.close();
    start({ model: 'h100' });
    gpus.setLoad(0, 1);
    const { instantW, averageW } = await devices.read(id);
    expect(averageW).to.be.above(0).and.below(instantW!);
  });

  for (const [model, field] of [
    ['a100', 'instantW'],
    ['h100', 'averageW'],
  ] as const) {
    it(`without field values the power of an ${model} is its ${field}`, async () => {
      start({ model, without: ['nvmlDeviceGetFieldValues'] });
      const reading = await devices.read(id);
      expect(reading[field]).to.be.above(0);
      expect(reading[field === 'instantW' ? 'averageW' : 'instantW']).to.equal(null);
      expect(reading.counterJ).to.be.above(0);
    });
  }

  it('a power limit holds the clock below its lock, and is told as the reason', async () => {
    start();
    gpus.setLoad(0, 1);
    await devices.lock(id, megahertz(1410));
    expect(await devices.read(id)).to.deep.include({ smMhz: 1410, limits: [] });
    await devices.limitPower(id, watts(200));
    const { smMhz, limits } = await devices.read(id);
    expect(smMhz).to.be.below(1410);
    expect(limits).to.deep.equal(['power']);
  });

  it('tells who shares it: processes by name, MPS, MIG and virtual GPUs', async () => {
    start();
    gpus.setProcesses(0, [process.pid, 4_000_001]);
    gpus.setMpsProcesses(0, [process.pid]);
    gpus.setMig(0, true);
    gpus.setVirtualMode(0, 3);
    expect(await devices.users(id)).to.deep.equal({
      processes: [
        { pid: process.pid, name: 'node' },
        { pid: 4_000_001, name: null },
      ],
      mps: true,
      partitioned: true,
      virtual: true,
    });
    gpus.setVirtualMode(0, 1);
    gpus.fail(0, ['nvmlDeviceGetComputeRunningProcesses_v3', 'nvmlDeviceGetMPSComputeRunningProcesses_v3'], { code: 4 });
    expect(await devices.users(id)).to.deep.equal({ processes: null, mps: false, partitioned: true, virtual: false });
  });

  it('a value that is not to be had for once is null, and no zero', async () => {
    start();
    await devices.read(id);
    gpus.fail(0, ['nvmlDeviceGetFieldValues', 'nvmlDeviceGetCurrentClocksEventReasons'], { code: 27 });
    expect(await devices.read(id)).to.deep.include({ instantW: null, counterJ: null, limits: [], smMhz: 210 });
  });

  it('asks little: three calls a reading, slow values once a second', async () => {
    start({ gpus: 1 });
    await devices.list();
    await devices.read(id);
    const before = gpus.calls();
    for (let i = 0; i < 20; i += 1) await devices.read(id);
    expect(gpus.calls() - before).to.be.within(60, 62);
  });

  it('tells its clocks, limits, names and addresses as they are', async () => {
    start({ model: 'h100', driverVersion: '570.86.10' });
    expect((await devices.list())[1]).to.deep.include({
      id: gpus.ids[1],
      index: 1,
      name: 'NVIDIA H100 80GB HBM3',
      pciAddress: '0000:3c:00.0',
      driverVersion: '570.86.10',
      vbios: '92.00.45.00.03',
      persistence: true,
      powerLimits: { presentW: 700, defaultW: 700, leastW: 200, mostW: 700 },
      supportedMhz: gpus.clocksMhz,
      supportedMemoryMhz: [1593, 2619],
    });
  });
});
