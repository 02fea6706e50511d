import { expect } from 'chai';
import { createNvmlDevices } from '../../../../../src/adapters/clocks/nvml/devices.ts';
import { megahertz } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { fakeNvml, needsGcc, type FakeNvml } from '../../../../fixtures/nvml/fake-nvml.ts';
import { ourError } from '../../../../fixtures/rejected.ts';

describe('setting NVIDIA GPUs', () => {
  needsGcc();
  let gpus: FakeNvml;
  let devices: Devices;
  beforeEach(() => {
    gpus = fakeNvml({ gpus: 8, settingUs: 3000, readUs: 0 });
    devices = createNvmlDevices({ library: gpus.library });
  });
  afterEach(async () => {
    await devices.close();
    gpus.close();
  });

  it('sets one GPU at a time, in the order of asking', async () => {
    const order = [3, 0, 7, 1, 6, 2, 5, 4];
    await Promise.all(order.map((gpu, i) => devices.lock(gpus.ids[gpu]!, megahertz(210 + 15 * i))));
    const settings = gpus.settings();
    expect(settings.map(({ gpu, value }) => [gpu, value])).to.deep.equal(order.map((gpu, i) => [gpu, 210 + 15 * i]));
    // The driver needs 3 ms for each: two at the same time would end closer together.
    settings.slice(1).forEach(({ atMs }, i) => expect(atMs - settings[i]!.atMs).to.be.at.least(3));
  });

  it('reading goes on while one is set', async () => {
    await devices.list();
    gpus.fail(0, 'nvmlDeviceSetGpuLockedClocks', { delayMs: 300, times: 1 });
    let locked = false;
    const lock = devices.lock(gpus.ids[0]!, megahertz(990)).then(() => (locked = true));
    expect((await devices.read(gpus.ids[1]!)).smMhz).to.be.above(0);
    expect(locked).to.equal(false);
    await lock;
  });

  it('what is refused never reaches the driver, and says what is near', async () => {
    const error = await ourError(devices.lock(gpus.ids[0]!, megahertz(1000)));
    expect(error.message).to.include('990 and 1005');
    expect(error.hint).to.include('210').and.include('1410');
    expect(gpus.settings()).to.deep.equal([]);
  });

  it('one that fails does not stop those behind it', async () => {
    gpus.fail(0, 'nvmlDeviceSetGpuLockedClocks', { code: 4 });
    const results = await Promise.allSettled(gpus.ids.map((id) => devices.lock(id, megahertz(990))));
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', ...Array<string>(7).fill('fulfilled')]);
    expect(gpus.ids.map((_, gpu) => gpus.lockedMhz(gpu))).to.deep.equal([null, ...Array<number>(7).fill(990)]);
  });
});
