import { expect } from 'chai';
import { createNvmlDevices, type NvmlOptions } from '../../../../../src/adapters/clocks/nvml/devices.ts';
import { megahertz, watts } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { fakeNvml, GROWS, needsGcc, OVERSTATES, type FakeNvml, type FakeNvmlOptions } from '../../../../fixtures/nvml/fake-nvml.ts';
import { ourError } from '../../../../fixtures/rejected.ts';

const SET = 'nvmlDeviceSetGpuLockedClocks';

describe('NVML drivers that go wrong', () => {
  needsGcc();
  let gpus: FakeNvml;
  let devices: Devices;
  let id: string;
  let other: string;
  const start = (options: NvmlOptions = {}, machine: FakeNvmlOptions = {}): void => {
    gpus = fakeNvml({ settingUs: 0, readUs: 0, ...machine });
    devices = createNvmlDevices({ library: gpus.library, ...options });
    [id, other] = gpus.ids as [string, string];
  };
  const whatOf = async (): Promise<(readonly [string | null, string])[]> =>
    (await devices.events()).map((event) => [event.id, event.what] as const);
  afterEach(async () => {
    await devices?.close();
    gpus?.close();
  });

  it('a call that fails names function and GPU, and changes nothing else', async () => {
    start();
    gpus.fail(0, SET, { code: 999, times: 1 });
    const error = await ourError(devices.lock(id, megahertz(990)));
    expect(error.code).to.equal('DEVICE_FAILED');
    expect(error.message).to.include(SET).and.include(id).and.include('0000:3b:00.0');
    await devices.lock(id, megahertz(990));
    expect(gpus.lockedMhz(0)).to.equal(990);
  });

  for (const fault of [GROWS, OVERSTATES]) {
    it(`lists of a wrong length (${fault.code}) are refused, not believed; the other GPU is well`, async () => {
      start();
      gpus.fail(0, ['nvmlDeviceGetSupportedGraphicsClocks', 'nvmlDeviceGetComputeRunningProcesses_v3'], fault);
      const [info, second] = await devices.list();
      expect(info!.supportedMhz).to.deep.equal([]);
      expect(second!.supportedMhz).to.deep.equal(gpus.clocksMhz);
      expect((await ourError(devices.lock(id, megahertz(990)))).code).to.equal('DEVICE_FAILED');
      expect((await ourError(devices.users(id))).code).to.equal('DEVICE_FAILED');
      gpus.heal();
      await devices.lock(id, megahertz(990));
      expect((await devices.list())[0]!.supportedMhz).to.deep.equal(gpus.clocksMhz);
    });
  }

  it('a long list is read whole', async () => {
    start();
    const pids = Array.from({ length: 128 }, (_, i) => 4_000_000 + i);
    gpus.setProcesses(0, pids);
    expect((await devices.users(id)).processes).to.deep.equal(pids.map((pid) => ({ pid, name: null })));
  });

  it('a call that hangs is an error in time; its GPU is left alone, and the other one goes on', async () => {
    start({ answerWithinMs: 100 });
    await devices.list();
    gpus.fail(0, SET, { delayMs: 600, times: 1 });
    const error = await ourError(devices.lock(id, megahertz(990)));
    expect(error.code).to.equal('DEVICE_FAILED');
    expect(error.message).to.include(SET).and.include(id).and.include('0.1 s');
    const calls = gpus.calls();
    for (const call of [devices.read(id), devices.restore(id, null), devices.lock(id, megahertz(210))]) {
      expect((await ourError(call)).message).to.include('still');
    }
    expect(gpus.calls()).to.equal(calls);
    expect((await devices.read(other)).id).to.equal(other);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await devices.restore(id, null);
    expect(gpus.lockedMhz(0)).to.equal(null);
  });

  for (const call of ['nvmlDeviceGetClockInfo', 'nvmlDeviceGetCurrentClocksEventReasons', 'nvmlDeviceGetTemperature'] as const)
    it(`a ${call} that hangs holds up nothing but its own GPU`, async () => {
      start({ answerWithinMs: 100 });
      await devices.list();
      gpus.fail(0, call, { delayMs: 600, times: 1 });
      const hanging = ourError(devices.read(id));
      expect((await devices.read(other)).id).to.equal(other);
      expect((await hanging).message)
        .to.include(call)
        .and.include('0.1 s');
    });

  it('closing does not wait for what hangs for ever, and takes no code away under it', async () => {
    start({ answerWithinMs: 50 });
    await devices.list();
    gpus.fail(0, 'nvmlDeviceGetFieldValues', { delayMs: 500, times: 1 });
    await ourError(devices.read(id));
    await devices.close();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await devices.read(id)).id).to.equal(id);
  });

  it('a lost GPU is told once; it is still listed, and found again when it is back', async () => {
    start({ lookAgainMs: 0 });
    await devices.list();
    await devices.events();
    gpus.lose(0);
    for (let i = 0; i < 3; i += 1) expect((await ourError(devices.read(id))).code).to.equal('DEVICE_LOST');
    expect((await devices.list()).map((info) => info.id)).to.deep.equal(gpus.ids);
    expect(await whatOf()).to.deep.equal([[id, 'lost']]);
    gpus.find(0);
    expect((await devices.read(id)).id).to.equal(id);
    expect(await whatOf()).to.deep.equal([[id, 'reset']]);
  });

  it('a GPU that must be reset first is lost, with how to reset it', async () => {
    start();
    await devices.list();
    gpus.fail(0, 'every', { code: 16 });
    const error = await ourError(devices.lock(id, megahertz(990)));
    expect(error.code).to.equal('DEVICE_LOST');
    expect(error.hint).to.include('--gpu-reset');
  });

  it('a driver that is loaded anew is opened anew, within the same call, and told', async () => {
    start();
    await devices.list();
    await devices.lock(id, megahertz(990));
    await devices.read(id);
    gpus.reload('555.42.02');
    expect(gpus.lockedMhz(0)).to.equal(null);
    expect((await devices.read(id)).id).to.equal(id);
    expect((await devices.list())[0]!.driverVersion).to.equal('555.42.02');
    expect(await whatOf()).to.deep.include.members([
      [null, 'reload'],
      [id, 'reload'],
    ]);
    expect(gpus.calls('nvmlInit_v2')).to.equal(2);
  });

  it('many at once see one reload', async () => {
    start();
    await devices.list();
    gpus.reload();
    await Promise.all([...gpus.ids, ...gpus.ids].map((gpu) => devices.read(gpu)));
    expect((await whatOf()).filter(([gpu]) => gpu === null)).to.deep.equal([[null, 'reload']]);
  });

  it('a driver that is gone for good is no driver', async () => {
    start();
    await devices.list();
    gpus.fail('all', 'nvmlInit_v2', { code: 9 });
    gpus.reload();
    expect((await ourError(devices.read(id))).code).to.equal('NO_DRIVER');
    gpus.heal();
    expect((await devices.read(id)).id).to.equal(id);
  });

  it('a counter that begins anew while it was closed is noticed, too', async () => {
    start();
    await devices.read(id);
    await devices.close();
    gpus.resetCounter(0);
    await devices.read(id);
    expect(await whatOf()).to.deep.equal([[id, 'reload']]);
  });

  it('XIDs and persistence mode turned off are told, without waiting for them', async () => {
    start();
    await devices.list();
    expect(await whatOf()).to.deep.equal([]);
    gpus.xid(1, 79);
    gpus.xid(0, 31);
    expect(await devices.events()).to.have.deep.members([
      { id: other, what: 'xid', detail: 'XID 79: the GPU has fallen off the bus' },
      { id, what: 'xid', detail: 'XID 31' },
    ]);
    expect(await whatOf()).to.deep.equal([]);
    gpus.setPersistence(0, false);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await whatOf()).to.deep.equal([[id, 'persistence-off']]);
    expect((await devices.list()).map(({ persistence }) => persistence)).to.deep.equal([false, true]);
  });

  it('a restore goes on behind a step that fails, and tells of it', async () => {
    start();
    const before = await devices.before(id);
    await devices.lock(id, megahertz(990));
    await devices.lockMemory(id, megahertz(gpus.memoryMhz[0]!));
    await devices.limitPower(id, watts(200));
    gpus.fail(0, 'nvmlDeviceResetGpuLockedClocks', { code: 999, times: 1 });
    expect((await ourError(devices.restore(id, before))).message).to.include('nvmlDeviceResetGpuLockedClocks');
    expect([gpus.lockedMhz(0), gpus.lockedMemoryMhz(0), gpus.powerLimitW(0)]).to.deep.equal([990, null, 400]);
    await devices.restore(id, before);
    expect(gpus.lockedMhz(0)).to.equal(null);
  });

  it('power is set only when it was asked for', async () => {
    start();
    const before = await devices.before(id);
    await devices.lock(id, megahertz(990));
    await devices.restore(id, before);
    await devices.restore(id, null);
    expect(gpus.calls('nvmlDeviceSetPowerManagementLimit')).to.equal(0);
  });
});
