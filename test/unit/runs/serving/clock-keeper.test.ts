import { expect } from 'chai';
import { ClockControl } from '../../../../src/control/clock-control.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { ClockDriver } from '../../../../src/ports/clock-driver.ts';
import { ClockKeeper } from '../../../../src/runs/serving/clock-keeper.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';
import { clocksMhz, gpu, shippedSpecs } from '../../../fixtures/world/shipped.ts';
import { VirtualCluster } from '../../../fixtures/world/virtual-cluster.ts';

const TTL_MS = 3000;

const keeperOf = (powerLimitW?: number, limitPower?: ClockDriver['limitPower']) => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(shippedSpecs(), time);
  const control = new ClockControl({ domain: 'd0', clocksMhz, startMhz: 1410, maxTransitionsPerS: 100, dwellMs: 0 });
  const warnings: string[] = [];
  const keeper = new ClockKeeper({
    domain: 'd0',
    holder: 'test',
    ttlMs: TTL_MS,
    driver: limitPower ? { ...cluster.driver, limitPower } : cluster.driver,
    powerLimitW,
    control,
    time,
    warn: (text) => warnings.push(text),
  });
  const lock = (clockMhz: number): Promise<void> => keeper.perform(control.propose({ clockMhz, reason: 'test' }, time.nowMs())!);
  return { time, cluster, control, warnings, keeper, lock };
};

describe('clock keeper', () => {
  it('locks, tells the control what was read back, and gives the clock back', async () => {
    const { time, cluster, control, keeper, lock, warnings } = keeperOf();
    await keeper.acquire();
    await time.finish(lock(690));
    expect(control.askedMhz).to.equal(690);
    expect(control.log[0]).to.include({ requestedMhz: 690, atMs: gpu.lock.callMs });
    expect(cluster.lockedMhz('d0')).to.equal(690);
    await keeper.release();
    expect(cluster.lockedMhz('d0')).to.equal(null);
    await keeper.release();
    expect(cluster.callsOf('release')).to.have.length(1);
    expect(warnings).to.deep.equal([]);
  });

  it('a lock that fails is a warning that names domain, clock and reason, and the old clock stands', async () => {
    const { time, cluster, control, warnings, keeper, lock } = keeperOf();
    await keeper.acquire();
    await time.finish(lock(900));
    cluster.refuse = (operation) => (operation === 'lock' ? new Error('driver on holiday') : null);
    await time.finish(lock(690));
    expect([control.askedMhz, control.busy, cluster.lockedMhz('d0')]).to.deep.equal([900, false, 900]);
    expect(warnings).to.deep.equal(['d0: 690 MHz not locked: driver on holiday']);
  });

  it('caps the power under each lease that it takes, where it is told to', async () => {
    const caps: unknown[] = [];
    const { keeper, cluster } = keeperOf(300, ({ domain }, powerW) => Promise.resolve(void caps.push([domain, powerW])));
    await keeper.acquire();
    expect(caps).to.deep.equal([['d0', 300]]);
    cluster.refuse = (operation) => (operation === 'renew' ? new VoltanaError('LEASE_LOST', 'gone') : null);
    await keeper.renew();
    cluster.refuse = () => null;
    await keeper.renew();
    expect(caps).to.deep.equal([
      ['d0', 300],
      ['d0', 300],
    ]);
    await keeper.release();
    expect(cluster.lockedMhz('d0')).to.equal(null);
  });

  it('a cap that nobody can set is refused, and what was taken is given back', async () => {
    const { keeper, cluster } = keeperOf(300);
    const error = await keeper.acquire().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(VoltanaError).and.include({ code: 'NOT_SUPPORTED' });
    await keeper.release();
    expect(cluster.callsOf('release')).to.have.length(1);
  });

  it('without a lease nothing is locked', async () => {
    const { control, cluster, warnings, lock } = keeperOf();
    await lock(690);
    expect(control.busy).to.equal(false);
    expect(cluster.callsOf('lock')).to.deep.equal([]);
    expect(warnings[0]).to.include('no lease');
  });

  it('a lease that ran out is noticed, the control starts anew from the default, and the next renewal takes it again', async () => {
    const { time, cluster, control, warnings, keeper, lock } = keeperOf();
    await keeper.acquire();
    await time.finish(lock(690));
    await time.advance(TTL_MS + 1);
    await keeper.renew();
    expect([control.askedMhz, control.appliedMhz]).to.deep.equal([1410, 1410]);
    expect(warnings[0]).to.include('d0: lease not renewed');
    await keeper.renew();
    expect(cluster.callsOf('acquire')).to.have.length(2);
    await time.finish(lock(900));
    expect(cluster.lockedMhz('d0')).to.equal(900);
  });

  it('a renewal that fails for another reason keeps the lease and the clock', async () => {
    const { time, cluster, control, warnings, keeper, lock } = keeperOf();
    await keeper.acquire();
    await time.finish(lock(690));
    cluster.refuse = (operation) => (operation === 'renew' ? new Error('connection reset') : null);
    await keeper.renew();
    expect(control.askedMhz).to.equal(690);
    cluster.refuse = () => null;
    await keeper.renew();
    expect(cluster.callsOf('acquire')).to.have.length(1);
    expect(warnings).to.deep.equal(['d0: lease not renewed: connection reset']);
  });

  it('another holder in the meantime is a warning at every renewal, until it has gone', async () => {
    const { time, cluster, warnings, keeper } = keeperOf();
    await keeper.acquire();
    await time.advance(TTL_MS + 1);
    const other = await cluster.driver.acquire('d0', 'other', TTL_MS);
    await keeper.renew();
    await keeper.renew();
    expect(warnings).to.have.length(2);
    await cluster.driver.release(other);
    await keeper.renew();
    await keeper.renew();
    expect(warnings).to.have.length(2);
  });

  describe('observing', () => {
    it('shows the clock that really holds once it has settled', async () => {
      const { time, control, warnings, keeper, lock } = keeperOf();
      await keeper.acquire();
      await time.finish(lock(690));
      expect(control.appliedMhz).to.equal(1410);
      await time.advance(gpu.lock.settleMs[1]);
      await keeper.observe();
      expect(control.appliedMhz).to.equal(690);
      expect(warnings).to.deep.equal([]);
    });

    it("warns of somebody else's lock", async () => {
      const { time, cluster, warnings, keeper, lock } = keeperOf();
      await keeper.acquire();
      await time.finish(lock(690));
      cluster.lockBehindOurBack('d0', 1200);
      await keeper.observe();
      expect(warnings).to.deep.equal(['d0: locked at 1200 MHz, asked for 690 MHz']);
    });

    it('warns of it too while nothing was asked for: a baseline at the default clock must not be slowed in secret', async () => {
      const { cluster, warnings, keeper } = keeperOf();
      await keeper.acquire();
      cluster.lockBehindOurBack('d0', 690);
      await keeper.observe();
      expect(warnings).to.deep.equal(['d0: locked at 690 MHz, asked for default MHz']);
    });

    it("does not take its own lock for somebody else's, whatever overtakes what", async () => {
      const { time, cluster, warnings, keeper, lock } = keeperOf();
      await keeper.acquire();
      await time.finish(lock(690));
      // Read before the lock and answered after it; then answered while it is on its way.
      for (const readDelayMs of [gpu.lock.callMs * 3, gpu.lock.callMs / 2]) {
        cluster.readDelayMs = readDelayMs;
        await time.finish(Promise.all([keeper.observe(), lock(readDelayMs > gpu.lock.callMs ? 900 : 1005)]));
      }
      expect(warnings).to.deep.equal([]);
    });

    it('does not warn of the default clock after a lost lease was taken again', async () => {
      const { time, warnings, keeper, lock } = keeperOf();
      await keeper.acquire();
      await time.finish(lock(690));
      await time.advance(TTL_MS + 1);
      await keeper.renew();
      await keeper.renew();
      warnings.length = 0;
      await keeper.observe();
      expect(warnings).to.deep.equal([]);
    });

    it('a reading that fails is a warning', async () => {
      const { cluster, warnings, keeper } = keeperOf();
      cluster.refuse = () => new Error('gone');
      await keeper.observe();
      expect(warnings).to.deep.equal(['d0: clock not read: gone']);
    });
  });
});
