import { expect } from 'chai';
import type { VoltanaError } from '../../../src/domain/errors.ts';
import { megahertz } from '../../../src/domain/units.ts';
import {
  ask,
  custody,
  devices,
  failure,
  id,
  journal,
  leaseAt,
  locked,
  open,
  run,
  staged,
  stateOf,
  time,
} from '../../fixtures/custody/stage.ts';

describe('clock custody: one lock at a time', () => {
  staged();

  it('a queued lock is not applied when its lease is released meanwhile', async () => {
    await open();
    const grant = await run(custody.acquire(ask()));
    const letGo = devices.hold('lock', id(0));
    const first = custody.lock(grant, megahertz(690));
    const queued = custody.lock(grant, megahertz(225));
    const released = custody.release(grant);
    const codes = Promise.all(
      [first, queued].map((work) =>
        work.then(
          () => 'none',
          (error: VoltanaError) => error.code,
        ),
      ),
    );
    await time.advance(10);
    letGo();
    expect(await run(codes)).to.deep.equal(['LEASE_LOST', 'LEASE_LOST']);
    await run(released);
    expect(locked()).to.deep.equal([null, null, null, null]);
    expect(devices.calls.filter((call) => call.startsWith('lock'))).to.deep.equal([`lock ${id(0)} 690`]);
  });

  it('a lock that is stuck while its lease expires does not stand when it comes through', async () => {
    await open();
    const grant = await run(custody.acquire(ask({ ttlMs: 1000 })));
    const letGo = devices.hold('lock', id(1));
    const code = custody.lock(grant, megahertz(690)).then(
      () => 'none',
      (error: VoltanaError) => error.code,
    );
    await time.advance(3000);
    letGo();
    expect(await run(code)).to.equal('LEASE_LOST');
    await time.advance(10);
    expect(locked()).to.deep.equal([null, null, null, null]);
    expect(journal.heldIds).to.deep.equal([]);
  });

  it('gives the whole domain back when one device can neither be locked nor put back', async () => {
    await open();
    const grant = await leaseAt(1170);
    devices.fail('lock', 'DEVICE_LOST', { id: id(1) });
    const error = await failure(custody.lock(grant, megahertz(690)));
    expect(error.code).to.equal('DEVICE_LOST');
    expect(error.message).to.include('given back');
    await time.advance(10);
    expect(locked()).to.deep.equal([null, null, null, null]);
    expect((await failure(custody.renew(grant))).message).to.include('could not be put back');
  });

  it('without permission nothing is touched, and nothing is restored over and over', async () => {
    await open();
    const grant = await run(custody.acquire(ask()));
    devices.fail('lock', 'NOT_PERMITTED');
    devices.fail('restore', 'NOT_PERMITTED');
    expect((await failure(custody.lock(grant, megahertz(690)))).code).to.equal('NOT_PERMITTED');
    await run(custody.release(grant));
    expect(devices.count('restore')).to.equal(0);
    expect((await stateOf(0)).state).to.equal('free');
  });

  it('what does not show in a reading is not believed', async () => {
    await open();
    const grant = await leaseAt(1170);
    devices.fail('read', 'DEVICE_FAILED', { id: id(1), times: 1 });
    expect((await failure(custody.lock(grant, megahertz(690)))).code).to.equal('DEVICE_FAILED');
    expect(locked().slice(0, 2)).to.deep.equal([1170, 1170]);
  });
});
