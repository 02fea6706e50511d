import { expect } from 'chai';
import { megahertz } from '../../../src/domain/units.ts';
import { ask, audit, custody, failure, journal, leaseAt, open, run, staged } from '../../fixtures/custody/stage.ts';

describe('clock custody: leases', () => {
  staged();

  it('writes down who did what', async () => {
    await open();
    const grant = await leaseAt(690);
    await failure(custody.lock({ ...grant, key: 'no' }, megahertz(225)));
    await run(custody.release(grant));
    const verbs = audit.map(({ verb }) => verb);
    expect(verbs).to.include.members(['start', 'acquire', 'lock', 'refuse', 'release', 'restore']);
    expect(audit.find(({ verb }) => verb === 'lock')).to.include({ identity: 'tester', holder: 'gateway', domain: 'd', clockMhz: 690 });
    expect(JSON.stringify(audit)).to.not.include(grant.key);
  });

  it('a second request for the same domain waits for the first, and takes over from it', async () => {
    await open();
    const [first, second] = await run(Promise.all([custody.acquire(ask()), custody.acquire(ask())]));
    expect(second.token).to.be.above(first.token);
    expect((await failure(custody.renew(first))).code).to.equal('LEASE_LOST');
    await run(custody.renew(second));
    expect(journal.heldIds).to.have.length(2);
  });
});
