import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { megahertz } from '../../../src/domain/units.ts';
import { MemoryJournal } from '../../fixtures/custody/memory-journal.ts';
import { ask, audit, custody, failure, journal, leaseAt, open, run, staged, time } from '../../fixtures/custody/stage.ts';

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

  for (const disk of ['slow', 'slow and full'] as const)
    it(`a lease that ends while it is written down on a ${disk} disk does not strike out the next one's devices`, async () => {
      await open();
      const saved = MemoryJournal.prototype.save.bind(journal);
      let first = true;
      journal.save = async (record) => {
        const fails = first && disk === 'slow and full';
        first = false;
        await time.sleep(1000);
        if (fails) throw new VoltanaError('JOURNAL_FAILED', 'no space left on device');
        await saved(record);
      };
      const early = custody.acquire(ask({ domain: 'early', holder: 'early' })).catch((error: unknown) => error);
      await time.advance(100);
      void custody.restore([], 'operator');
      await time.advance(100);
      const grant = await run(custody.acquire(ask()));
      expect(await early).to.have.property('code', disk === 'slow' ? 'LEASE_LOST' : 'JOURNAL_FAILED');
      await run(custody.lock(grant, megahertz(690)));
      await time.advance(4000);
      expect(journal.record?.held.map(({ domain }) => domain)).to.deep.equal(['d', 'd']);
    });
});
