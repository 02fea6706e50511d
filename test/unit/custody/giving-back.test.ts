import { expect } from 'chai';
import { megahertz, watts } from '../../../src/domain/units.ts';
import {
  ask,
  audit,
  custody,
  devices,
  failure,
  id,
  journal,
  keep,
  leaseAt,
  locked,
  open,
  replace,
  run,
  staged,
  stateOf,
  time,
} from '../../fixtures/custody/stage.ts';

describe('clock custody: giving back', () => {
  staged();

  it('of what has expired is spread over a fleet, and brought forward for whoever asks', async () => {
    await open({ spreadMs: 4000 });
    const domains = ['a', 'b', 'c', 'd'];
    for (const [i, domain] of domains.entries()) await leaseAt(690, { domain, devices: [String(i)], ttlMs: 1000 });
    const atMs = new Map<number, number>();
    for (let passedMs = 0; passedMs <= 5200; passedMs += 100) {
      await time.advance(100);
      locked().forEach((clockMhz, i) => clockMhz === null && !atMs.has(i) && atMs.set(i, passedMs + 100));
    }
    expect(atMs.size).to.equal(4);
    expect(new Set(atMs.values()).size).to.be.above(2);
    for (const givenBackMs of atMs.values()) expect(givenBackMs).to.be.within(1000, 5200);

    const grant = await leaseAt(690, { ttlMs: 1000 });
    await time.advance(1010);
    expect((await failure(custody.lock(grant, megahertz(1170)))).code).to.equal('LEASE_LOST');
    const other = await run(custody.acquire(ask({ holder: 'other' })));
    expect(locked()).to.deep.equal([null, null, null, null]);
    await run(custody.release(other));
  });

  it('leaves alone a power limit that somebody else has set meanwhile, also when it is killed and started again', async () => {
    await open();
    const grant = await leaseAt(690);
    devices.devices[0]!.limitW = 250;
    await run(custody.release(grant));
    expect([locked()[0], devices.devices[0]!.limitW]).to.deep.equal([null, 250]);

    await leaseAt(690);
    devices.devices[1]!.limitW = 260;
    const killed = custody;
    await replace([devices], { journal });
    expect(locked().slice(0, 2)).to.deep.equal([null, null]);
    expect(devices.devices[1]!.limitW).to.equal(260);
    await run(killed.stop());
  });

  it('brings its own power limit back, also when it is killed and started again', async () => {
    await open({ bounds: { allowPowerLimit: true } });
    const grant = await leaseAt(690);
    await run(custody.limitPower(grant, watts(200)));
    expect(journal.record!.held.map(({ limited }) => limited)).to.deep.equal([true, true]);
    const killed = custody;
    await replace([devices], { journal });
    expect([locked()[0], devices.devices[0]!.limitW]).to.deep.equal([null, 400]);
    await run(killed.stop());
  });

  it('is tried until it works', async () => {
    await open();
    const grant = await leaseAt(690);
    devices.fail('restore', 'DEVICE_FAILED', { id: id(0), times: 12 });
    expect((await failure(custody.release(grant))).code).to.equal('DEVICE_FAILED');
    expect(locked().slice(0, 2)).to.deep.equal([690, null]);
    expect(await stateOf(0)).to.include({ state: 'leftover', holder: 'gateway' });
    await time.advance(60_000);
    expect(locked()[0]).to.equal(null);
    expect(audit.filter(({ verb, detail }) => verb === 'restore' && detail!.includes('12 failed'))).to.have.length(1);
    expect(audit.filter(({ detail }) => detail?.startsWith('failed'))).to.have.length(1);
  });

  it("leaves the operator's clock behind where there is one", async () => {
    await open({ restoreTo: { 0: 1170, [id(1)]: 999 } });
    await run(custody.release(await leaseAt(690)));
    expect(locked()).to.deep.equal([1170, null, null, null]);
    expect((await run(custody.status())).warnings.join()).to.include('999');
  });

  it('stops with everything given back, in bounded time also when a device does not answer', async () => {
    await open();
    await leaseAt(690);
    devices.fail('restore', 'DEVICE_LOST', { id: id(1) });
    const report = await run(custody.stop());
    expect(report.restored).to.deep.equal([id(0)]);
    expect(report.failed.map((one) => one.id)).to.deep.equal([id(1)]);
    expect(journal.heldIds).to.deep.equal([id(1)]);
    expect(time.nowMs()).to.be.below(5000);
    devices.devices[1]!.lockedMhz = null;
  });

  it('lets go of the driver when nobody has used it for a while, and opens it again', async () => {
    await open();
    await run(custody.status());
    expect(devices.open).to.equal(true);
    await time.advance(25_000);
    expect(devices.open).to.equal(false);
    const grant = await leaseAt(690);
    await keep(grant, 30_000);
    expect(devices.open).to.equal(true);
    expect(devices.count('close')).to.equal(1);
    await run(custody.release(grant));
  });
});
