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
  run,
  staged,
  stateOf,
  time,
} from '../../fixtures/custody/stage.ts';

describe('clock custody: watch over the locks', () => {
  staged();

  it('locks anew what a reload of the driver has forgotten', async () => {
    await open();
    const grant = await leaseAt(690);
    await run(custody.limitPower(grant, watts(300)));
    devices.reload();
    devices.happen({ id: null, what: 'reload', detail: '570.0 to 580.0' });
    await keep(grant, 2000);
    expect(locked()).to.deep.equal([690, 690, null, null]);
    expect((await run(custody.status())).warnings.join()).to.include('reload');
    expect(audit.some(({ verb, detail }) => verb === 'lock' && detail?.includes('anew'))).to.equal(true);
  });

  it('notices a reload by the counter alone', async () => {
    await open();
    const grant = await leaseAt(690);
    await keep(grant, 3000);
    devices.reload();
    await keep(grant, 3000);
    expect(locked()).to.deep.equal([690, 690, null, null]);
  });

  it('locks anew what somebody has changed once, and cedes what is changed again and again', async () => {
    await open();
    const grant = await leaseAt(690);
    await keep(grant, 2000);
    devices.devices[0]!.lockedMhz = 1170;
    await keep(grant, 5000);
    expect(locked()[0]).to.equal(690);
    await keep(grant, 12_000);
    devices.devices[0]!.clockMhz = 1170;
    await keep(grant, 4000);
    await time.advance(4000);
    expect((await failure(custody.renew(grant))).message).to.include('somebody else');
    // Their setting is not destroyed; the other device of the domain is given back.
    expect(devices.calls.filter((call) => call.startsWith('restore'))).to.deep.equal([`restore ${id(1)}`]);
    expect(locked()[1]).to.equal(null);
    expect(await stateOf(0)).to.include({ state: 'ceded' });
    expect((await failure(custody.acquire(ask()))).code).to.equal('MANAGED_ELSEWHERE');
    expect(journal.heldIds).to.deep.equal([]);
    await time.advance(61_000);
    devices.devices[0]!.clockMhz = null;
    devices.devices[0]!.lockedMhz = null;
    await run(custody.release(await run(custody.acquire(ask()))));
  });

  it('cedes what somebody else sets again and again, also to a holder that changes its clock all the time', async () => {
    await open();
    const grant = await leaseAt(225);
    await keep(grant, 2000);
    const change = async (): Promise<void> => {
      for (let i = 0; i < 80; i += 1) {
        await time.advance(300);
        await run(custody.renew(grant));
        await run(custody.lock(grant, megahertz([225, 1170][i % 2]!)));
      }
    };
    await change();
    expect(audit.filter(({ verb, detail }) => verb === 'lock' && detail !== undefined)).to.deep.equal([]);
    devices.devices[0]!.clockMhz = 1410;
    expect((await failure(change())).message).to.include('somebody else');
    expect(await stateOf(0)).to.include({ state: 'ceded' });
  });

  it('leaves idle and limited devices alone, however low their clocks', async () => {
    await open();
    const grant = await leaseAt(1410);
    await keep(grant, 2000);
    devices.devices[0]!.clockMhz = 345;
    await keep(grant, 5000);
    devices.devices[0]!.limits = ['power'];
    devices.draw(id(0), 400);
    await keep(grant, 5000);
    expect(devices.count('lock')).to.equal(2);
  });

  it('tells once when the clocks of a domain are apart', async () => {
    await open();
    const grant = await leaseAt(1410);
    devices.devices[1]!.clockMhz = 1170;
    devices.devices[1]!.limits = ['thermal'];
    await keep(grant, 6000);
    expect(audit.filter(({ verb, detail }) => verb === 'event' && detail!.includes('240 MHz apart'))).to.have.length(1);
  });

  it('reads nothing when nothing is lent', async () => {
    await open();
    await run(custody.release(await leaseAt(690)));
    await time.advance(1000);
    const calls = devices.calls.length;
    await time.advance(5000);
    expect(devices.calls.length).to.equal(calls);
  });
});
