import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createNvmlDevices } from '../../../../../src/adapters/clocks/nvml/devices.ts';
import { megahertz } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { fakeNvml, needsGcc, OLD_DRIVER, type FakeNvml, type FakeNvmlOptions } from '../../../../fixtures/nvml/fake-nvml.ts';
import { startProgram } from '../../../../fixtures/programs.ts';
import { ourError } from '../../../../fixtures/rejected.ts';

describe('the NVML library that is not there', () => {
  it('is an error that names it and says what to install', async () => {
    const error = await ourError(createNvmlDevices({ library: '/nowhere/libnvidia-ml.so.1' }).list());
    expect(error.code).to.equal('NO_DRIVER');
    expect(error.message).to.include('/nowhere/libnvidia-ml.so.1');
    expect(error.hint).to.include('VOLTANA_NVML_LIBRARY');
  });

  it('is another one after the path was repaired: nothing is remembered', async () => {
    const devices = createNvmlDevices({ library: '/nowhere/libnvidia-ml.so.1' });
    for (const call of [devices.list(), devices.read('GPU-1'), devices.restore('GPU-1', null), devices.list()]) {
      expect((await ourError(call)).code).to.equal('NO_DRIVER');
    }
    await devices.close();
  });

  it('may be a file that is no library', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-no-nvml-'));
    writeFileSync(join(folder, 'libnvidia-ml.so.1'), 'not an ELF file');
    const error = await ourError(createNvmlDevices({ library: join(folder, 'libnvidia-ml.so.1') }).list());
    rmSync(folder, { recursive: true });
    expect(error.code).to.equal('NO_DRIVER');
  });

  it('may be another library', async function () {
    const error = await ourError(createNvmlDevices({ library: 'libm.so.6' }).list());
    expect(error.code).to.equal('NO_DRIVER');
    expect(error.message).to.match(/libm\.so\.6/);
  });
});

describe('opening the NVML driver', () => {
  needsGcc();
  let gpus: FakeNvml;
  let devices: Devices;
  const start = (options: FakeNvmlOptions = {}): void => {
    gpus = fakeNvml({ settingUs: 0, readUs: 0, ...options });
    devices = createNvmlDevices({ library: gpus.library });
  };
  afterEach(async () => {
    await devices?.close();
    gpus?.close();
  });

  for (const [code, expected, text] of [
    [9, 'NO_DRIVER', 'kernel module is not loaded'],
    [18, 'NO_DRIVER', 'different versions'],
    [4, 'NOT_PERMITTED', 'no permission'],
    [999, 'DEVICE_FAILED', 'unknown'],
  ] as const) {
    it(`nvmlInit that answers ${code} is ${expected}; the next try may succeed`, async () => {
      start();
      gpus.fail('all', 'nvmlInit_v2', { code, times: 1 });
      const error = await ourError(devices.list());
      expect(error.code).to.equal(expected);
      expect(error.message).to.include('nvmlInit_v2').and.include(text);
      expect(await devices.list()).to.have.length(2);
    });
  }

  it('a machine without GPUs has no driver to speak of', async () => {
    start({ gpus: 0 });
    const error = await ourError(devices.list());
    expect(error.code).to.equal('NO_DRIVER');
    expect(error.message).to.include('no GPU');
    expect(gpus.openedBy()).to.deep.equal([]);
  });

  it('a GPU that this process may not open is left out; the others keep their numbers', async () => {
    start({ gpus: 3 });
    gpus.fail(1, 'nvmlDeviceGetHandleByIndex_v2', { code: 4 });
    expect((await devices.list()).map(({ id, index }) => [id, index])).to.deep.equal([
      [gpus.ids[0], 0],
      [gpus.ids[2], 2],
    ]);
    expect((await ourError(devices.read(gpus.ids[1]!))).code).to.equal('UNKNOWN_ID');
  });

  it('where it may open none, it says so', async () => {
    start();
    gpus.fail('all', 'nvmlDeviceGetHandleByIndex_v2', { code: 4 });
    const error = await ourError(devices.list());
    expect(error.code).to.equal('NOT_PERMITTED');
    expect(error.hint).to.include('/dev/nvidia');
  });

  it('is opened by the first call and let go by close, once for all callers', async () => {
    start();
    expect(gpus.openedBy()).to.deep.equal([]);
    await Promise.all([devices.list(), devices.read(gpus.ids[0]!), devices.read(gpus.ids[1]!), devices.users(gpus.ids[0]!)]);
    expect(gpus.openedBy()).to.deep.equal([process.pid]);
    expect(gpus.calls('nvmlInit_v2')).to.equal(1);
    await devices.close();
    expect(gpus.openedBy()).to.deep.equal([]);
    expect(gpus.calls('nvmlShutdown')).to.equal(1);
  });

  it('asking for events opens nothing', async () => {
    start();
    expect(await devices.events()).to.deep.equal([]);
    expect(gpus.openedBy()).to.deep.equal([]);
  });

  it('may be opened and closed again and again, also at the same time', async () => {
    start();
    for (let i = 0; i < 20; i += 1) {
      await Promise.all([devices.read(gpus.ids[0]!), devices.close(), devices.read(gpus.ids[1]!), devices.close()]);
    }
    await devices.close();
    expect(gpus.openedBy()).to.deep.equal([]);
    expect(gpus.calls('nvmlShutdown')).to.equal(gpus.calls('nvmlInit_v2'));
  });

  it('two drivers of one process do not close each other', async () => {
    start();
    const other = createNvmlDevices({ library: gpus.library });
    await Promise.all([devices.list(), other.list()]);
    await other.close();
    expect((await devices.read(gpus.ids[0]!)).smMhz).to.be.above(0);
  });

  it('an old driver offers less, and all that it offers works', async () => {
    start({ model: 'v100', without: OLD_DRIVER, driverVersion: '418.226.00' });
    const [info] = await devices.list();
    expect(info!.driverVersion).to.equal('418.226.00');
    expect(info!.capabilities).to.have.members(['lock', 'power-limit', 'energy-counter', 'instant-power', 'processes', 'limit-reasons']);
    gpus.setProcesses(0, [process.pid]);
    expect((await devices.users(info!.id)).processes).to.deep.equal([{ pid: process.pid, name: 'node' }]);
    expect((await ourError(devices.lockMemory(info!.id, megahertz(877)))).code).to.equal('NOT_SUPPORTED');
  });

  it('what is not exported at all is not offered', async () => {
    start({
      without: ['nvmlDeviceSetGpuLockedClocks', 'nvmlDeviceGetFieldValues', 'nvmlDeviceGetPowerUsage', 'nvmlDeviceSetPowerManagementLimit'],
    });
    const [info] = await devices.list();
    expect(info!.capabilities).to.not.include.members(['lock']);
    expect(info!.supportedMhz).to.deep.equal([]);
    expect(info!.capabilities).to.include('energy-counter').and.not.include('power-limit');
    expect((await ourError(devices.lock(info!.id, megahertz(210)))).code).to.equal('NOT_SUPPORTED');
    await devices.restore(info!.id, null);
  });

  it('the first names of all do, where a library has no others', async () => {
    start({
      without: ['nvmlInit_v2', 'nvmlDeviceGetCount_v2', 'nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetPciInfo_v3', 'nvmlEventSetWait_v2'],
    });
    const [info] = await devices.list();
    expect(info).to.include({ id: gpus.ids[0], pciAddress: '0000:3b:00.0' });
  });

  it('several processes see the same GPUs; what one has locked outlives its death', async () => {
    start();
    const child = startProgram('nvml/locker.ts', ['990'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...gpus.env } });
    await once(child.stdout!, 'data');
    await devices.list();
    expect(gpus.openedBy()).to.have.members([process.pid, child.pid!]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([gpus.lockedMhz(0), gpus.lockedMhz(1)]).to.deep.equal([990, 990]);
    for (const id of gpus.ids) await devices.restore(id, null);
    expect([gpus.lockedMhz(0), gpus.lockedMhz(1)]).to.deep.equal([null, null]);
    expect(gpus.openedBy()).to.deep.equal([process.pid]);
  });
});
