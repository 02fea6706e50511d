import { expect } from 'chai';
import { createNvmlDevices, type NvmlOptions } from '../../../../../src/adapters/clocks/nvml/devices.ts';
import type { ReaderEntry } from '../../../../../src/adapters/clocks/nvml/reader/thread.ts';
import { threadEntry } from '../../../../../src/adapters/host/installation.ts';
import type { DeviceReading } from '../../../../../src/domain/device.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import { megahertz } from '../../../../../src/domain/units.ts';
import type { Devices } from '../../../../../src/ports/devices.ts';
import { fakeNvml, needsGcc, OLD_DRIVER, type FakeNvml, type FakeNvmlOptions } from '../../../../fixtures/nvml/fake-nvml.ts';
import { readerEntry, readTogether, type Outcomes } from '../../../../fixtures/nvml/reader-entry.ts';

const waitMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
const codesIn = (outcomes: Outcomes): Record<string, string> =>
  Object.fromEntries([...outcomes].map(([id, outcome]) => [id, outcome instanceof VoltanaError ? outcome.code : 'read']));

describe('reading NVIDIA GPUs in a thread of its own', () => {
  needsGcc();
  let entry: ReaderEntry;
  let gpus: FakeNvml;
  let devices: Devices;
  /** What the thread has said of itself. */
  let said: (string | null)[];
  let spoke: () => void;
  const start = (machine: FakeNvmlOptions = {}, options: NvmlOptions = {}): void => {
    said = [];
    spoke = () => undefined;
    gpus = fakeNvml({ gpus: 3, settingUs: 0, readUs: 0, settleMs: 0, ...machine });
    const onReader = (problem: string | null): void => {
      said.push(problem);
      spoke();
    };
    devices = createNvmlDevices({ library: gpus.library, reader: entry, onReader, ...options });
  };
  /** Has it begun, which takes as long as a thread takes to start. */
  const ready = async (): Promise<void> => {
    const begun = new Promise<void>((resolve) => (spoke = resolve));
    await readTogether(devices, gpus.ids);
    await begun;
  };
  before(async () => {
    entry = await readerEntry();
  });
  afterEach(async () => {
    await devices?.close();
    gpus?.close();
  });

  for (const machine of [{ model: 'a100' }, { model: 'h100' }, { model: 'v100', without: OLD_DRIVER }] as const) {
    it(`tells of a ${machine.model} what asking one by one tells, and when`, async () => {
      start(machine);
      gpus.setLoad(1, 1);
      gpus.setTemperature(1, 71);
      gpus.setReasons(1, 0x4 | 0x40);
      await devices.lock(gpus.ids[2]!, megahertz(990)).catch(() => undefined);
      await ready();
      const oneByOne = createNvmlDevices({ library: gpus.library });
      // What averages over a second must have seen the same for so long.
      await waitMs(machine.model === 'h100' ? 1200 : 50);
      const askedMs = performance.now();
      const outcomes = await readTogether(devices, gpus.ids);
      const answeredMs = performance.now();
      expect([...outcomes.keys()].sort()).to.deep.equal([...gpus.ids].sort());
      for (const id of gpus.ids) {
        const together = outcomes.get(id) as DeviceReading;
        const alone = await oneByOne.read(id);
        for (const key of ['id', 'smMhz', 'memoryMhz', 'temperatureC', 'limits'] as const)
          expect(together[key], key).to.deep.equal(alone[key]);
        for (const key of ['instantW', 'averageW', 'counterJ'] as const) {
          if (alone[key] === null) expect(together[key], key).to.equal(null);
          else expect(together[key], key).to.be.within(alone[key] * 0.9, alone[key] * 1.001);
        }
        expect(together.atMs).to.be.within(askedMs, answeredMs);
      }
      await oneByOne.close();
      expect(said).to.deep.equal([null]);
    });
  }

  it('asks the driver no more than one by one would, and no more often for what changes slowly', async () => {
    start();
    await ready();
    await readTogether(devices, gpus.ids);
    const before = gpus.calls();
    for (let i = 0; i < 5; i += 1) await readTogether(devices, gpus.ids);
    // Power and energy, clock, reasons: and once a second three more.
    expect(gpus.calls() - before).to.be.within(45, 45 + 2 * 9);
  });

  it('one that hangs is an error in time and keeps nobody waiting; when it answers, all is as before', async () => {
    start({}, { answerWithinMs: 100 });
    await ready();
    const [hanging, ...others] = gpus.ids as [string, ...string[]];
    gpus.fail(0, 'nvmlDeviceGetClockInfo', { delayMs: 700, times: 1 });
    const outcomes = await readTogether(devices, gpus.ids);
    expect([...outcomes.keys()].at(-1)).to.equal(hanging);
    expect(codesIn(outcomes)).to.deep.equal({ [hanging]: 'DEVICE_FAILED', [others[0]!]: 'read', [others[1]!]: 'read' });
    expect((outcomes.get(hanging) as Error).message)
      .to.include(hanging)
      .and.include('has not answered');
    // It still hangs: the others can be read and set, and it is left alone.
    expect(codesIn(await readTogether(devices, gpus.ids))[others[0]!]).to.equal('read');
    await devices.lock(others[0]!, megahertz(990));
    const calls = gpus.calls('nvmlDeviceSetGpuLockedClocks');
    expect(await devices.lock(hanging, megahertz(990)).catch((error: VoltanaError) => error.code)).to.equal('DEVICE_FAILED');
    expect(gpus.calls('nvmlDeviceSetGpuLockedClocks')).to.equal(calls);
    await waitMs(700);
    expect(new Set(Object.values(codesIn(await readTogether(devices, gpus.ids))))).to.deep.equal(new Set(['read']));
  });

  it('a slow one is waited for, and the others are told before it', async () => {
    start({}, { answerWithinMs: 5000 });
    await ready();
    gpus.fail(0, 'nvmlDeviceGetFieldValues', { delayMs: 500, times: 1 });
    const outcomes = await readTogether(devices, gpus.ids);
    expect([...outcomes.keys()].at(-1)).to.equal(gpus.ids[0]);
    expect(codesIn(outcomes)[gpus.ids[0]!]).to.equal('read');
  });

  it('closing does not wait for what hangs, and takes no code away under it', async () => {
    start({}, { answerWithinMs: 50 });
    await ready();
    gpus.fail(1, 'nvmlDeviceGetFieldValues', { delayMs: 500, times: 1 });
    await readTogether(devices, gpus.ids);
    await devices.close();
    expect(gpus.openedBy()).to.deep.equal([process.pid]);
    await waitMs(600);
    expect(gpus.openedBy()).to.deep.equal([]);
    expect(codesIn(await readTogether(devices, gpus.ids))[gpus.ids[1]!]).to.equal('read');
  });

  it('lets go of the driver when it is closed, and starts again with it', async () => {
    start();
    await ready();
    await devices.close();
    expect(gpus.openedBy()).to.deep.equal([]);
    await ready();
    expect(said).to.deep.equal([null, null]);
    expect(codesIn(await readTogether(devices, gpus.ids))[gpus.ids[1]!]).to.equal('read');
  });

  it('a lost GPU is told once, and found again when it is back; the others are read', async () => {
    start({}, { lookAgainMs: 0 });
    await devices.list();
    await ready();
    const [lost, other] = gpus.ids as [string, string];
    gpus.lose(0);
    for (let i = 0; i < 3; i += 1)
      expect(codesIn(await readTogether(devices, gpus.ids))).to.include({ [lost]: 'DEVICE_LOST', [other]: 'read' });
    expect((await devices.events()).map(({ id, what }) => [id, what])).to.deep.equal([[lost, 'lost']]);
    gpus.find(0);
    expect(codesIn(await readTogether(devices, gpus.ids))[lost]).to.equal('read');
    expect((await devices.events()).map(({ id, what }) => [id, what])).to.deep.equal([[lost, 'reset']]);
  });

  it('a driver that was loaded anew is opened anew, and told of', async () => {
    start();
    await ready();
    gpus.reload();
    expect(new Set(Object.values(codesIn(await readTogether(devices, gpus.ids))))).to.deep.equal(new Set(['read']));
    expect((await devices.events()).map(({ what }) => what)).to.include('reload');
  });

  it('persistence mode that is turned off is told of, also while all is read all the time', async () => {
    start();
    await ready();
    await readTogether(devices, gpus.ids);
    await devices.events();
    gpus.setPersistence(0, false);
    await waitMs(1100);
    await readTogether(devices, gpus.ids);
    expect((await devices.events()).map(({ id, what }) => [id, what])).to.deep.equal([[gpus.ids[0], 'persistence-off']]);
  });

  it('starts as the agent starts it', async () => {
    start({}, { reader: threadEntry('nvml-reader') });
    await ready();
    expect(said).to.deep.equal([null]);
  });

  it('a thread that does not start is told of, and costs nothing but time', async () => {
    start({}, { reader: { file: '/nowhere/nvml-reader.mjs', execArgv: [] } });
    await ready();
    expect(said[0]).to.include('/nowhere/nvml-reader.mjs');
    expect(new Set(Object.values(codesIn(await readTogether(devices, gpus.ids))))).to.deep.equal(new Set(['read']));
  });

  it('names that are no GPUs, and no driver at all, are told of each', async () => {
    start();
    await ready();
    expect(codesIn(await readTogether(devices, [gpus.ids[0]!, 'nobody']))).to.deep.equal({ [gpus.ids[0]!]: 'read', nobody: 'UNKNOWN_ID' });
    await devices.close();
    devices = createNvmlDevices({ library: '/nowhere/libnvidia-ml.so.1', reader: entry });
    expect(codesIn(await readTogether(devices, ['a', 'b']))).to.deep.equal({ a: 'NO_DRIVER', b: 'NO_DRIVER' });
  });
});
