import { expect } from 'chai';
import { megahertz, watts } from '../../../src/domain/units.ts';
import { ask, custody, devices, failure, id, leaseAt, locked, open, run, staged, stateOf, time } from '../../fixtures/custody/stage.ts';

describe('clock custody: bounds', () => {
  staged();

  it("refuses clocks and powers beyond the operator's, and says which are allowed", async () => {
    await open({ bounds: { minClockMhz: 690, maxClockMhz: 1395, minPowerLimitW: 200 } });
    expect(await run(custody.supportedMhz(['0']))).to.deep.equal([690, 1170, 1395]);
    const grant = await run(custody.acquire(ask()));
    for (const clockMhz of [225, 1410]) expect((await failure(custody.lock(grant, megahertz(clockMhz)))).code).to.equal('CLOCK_REFUSED');
    expect((await failure(custody.limitPower(grant, watts(150)))).code).to.equal('CLOCK_REFUSED');
    expect(devices.count('lock') + devices.count('limitPower')).to.equal(0);
  });

  it('sets no power limit unless that is allowed', async () => {
    await open({ bounds: { allowPowerLimit: false } });
    const grant = await run(custody.acquire(ask()));
    expect((await failure(custody.limitPower(grant, watts(300)))).code).to.equal('CLOCK_REFUSED');
  });

  it('slows down so many times a second, and speeds up always', async () => {
    await open({ bounds: { maxSlowdownsPerS: 2 } });
    let grant = await run(custody.acquire(ask()));
    for (const clockMhz of [1170, 690]) await run(custody.lock(grant, megahertz(clockMhz)));
    expect((await failure(custody.lock(grant, megahertz(225)))).code).to.equal('CLOCK_REFUSED');
    await run(custody.lock(grant, megahertz(1410)));
    // A new lease is no new allowance.
    await run(custody.release(grant));
    grant = await run(custody.acquire(ask({ domain: 'another name' })));
    expect((await failure(custody.lock(grant, megahertz(690)))).code).to.equal('CLOCK_REFUSED');
    await time.advance(500);
    await run(custody.lock(grant, megahertz(690)));
  });

  it('lends only devices that the operator has opted in, and tells that of the others', async () => {
    await open({ allowed: ['2', id(3)] });
    expect((await failure(custody.acquire(ask()))).code).to.equal('CLOCK_REFUSED');
    expect((await stateOf(0)).state).to.equal('refused');
    devices.devices[0]!.lockedMhz = 225;
    await run(custody.restore([], 'root'));
    expect(locked()[0]).to.equal(225);
    expect((await run(custody.restore(['0'], 'root'))).failed[0]!.id).to.equal(id(0));
    await run(custody.release(await leaseAt(690, { devices: ['2', '3'] })));
  });
});
