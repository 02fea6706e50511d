import { expect } from 'chai';
import { ScriptedDevices } from '../../fixtures/custody/scripted-devices.ts';
import {
  ask,
  custody,
  devices,
  failure,
  id,
  keep,
  leaseAt,
  locked,
  open,
  run,
  staged,
  stateOf,
  time,
} from '../../fixtures/custody/stage.ts';

describe('clock custody: others on the machine', () => {
  staged();

  it('lends no shared device unless all that work on it belong to the domain', async () => {
    const tree = new Map([
      [201, 200],
      [202, 201],
      [300, 1],
    ]);
    await open({ processTree: async () => tree });
    const processes = [202, 201].map((pid) => ({ pid, name: null }));
    devices.devices[0]!.users = { processes, partitioned: false, mps: true, virtual: false };
    expect((await failure(custody.acquire(ask()))).code).to.equal('DEVICE_SHARED');
    expect((await failure(custody.acquire(ask({ pids: [201_000] })))).code).to.equal('DEVICE_SHARED');
    const grant = await leaseAt(690, { pids: [200] });
    devices.devices[0]!.users = { processes: [...processes, { pid: 300, name: 'train' }], partitioned: false, mps: true, virtual: false };
    await keep(grant, 10_000);
    await time.advance(1500);
    expect((await failure(custody.renew(grant))).message)
      .to.include('train')
      .and.include('300');
    expect(locked()).to.deep.equal([null, null, null, null]);
  });

  it('takes nothing from another manager, unless it is known to be harmless', async () => {
    const managers = [{ name: 'zeusd', devices: [id(1)] }];
    await open({ managers: async () => managers });
    expect((await failure(custody.acquire(ask()))).message).to.include('zeusd');
    expect(await stateOf(1)).to.include({ state: 'refused' });
    devices.devices[1]!.lockedMhz = 225;
    await run(custody.drain('root'));
    expect(locked()[1]).to.equal(225);
    await run(custody.resume('root'));
    await run(custody.release(await leaseAt(690, { devices: ['0'] })));
    await run(custody.stop());
    await open({ managers: async () => managers, ignoredManagers: ['zeusd'] });
    await run(custody.release(await leaseAt(690)));
  });

  it("takes several families at once, and one without a driver stands in nobody's way", async () => {
    const cpus = new ScriptedDevices({ nowMs: () => time.nowMs(), family: 'cpufreq', count: 1 });
    const none = new ScriptedDevices({ nowMs: () => time.nowMs(), family: 'amdgpu', count: 0 });
    none.fail('list', 'NO_DRIVER');
    await open({}, [devices, cpus, none]);
    const grant = await leaseAt(690, { devices: ['cpufreq:0'] });
    expect(grant.devices).to.deep.equal(['cpu-package-0']);
    expect((await run(custody.acquire(ask({ domain: 'gpu', devices: ['0'] })))).devices).to.deep.equal([id(0)]);
    expect((await run(custody.status())).warnings).to.deep.equal([]);
  });
});
