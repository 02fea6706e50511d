import { expect } from 'chai';
import { VoltanaError, type ErrorCode } from '../../src/domain/errors.ts';
import { megahertz } from '../../src/domain/units.ts';
import type { ClockDriver } from '../../src/ports/clock-driver.ts';

/** What a driver's suite needs: one clock domain that nobody else uses. */
export interface ClockDriverSubject {
  readonly driver: ClockDriver;
  readonly domain: string;
  /** How long after a lock returned the new clock must hold. */
  readonly settleMs: number;
  close(): Promise<void>;
}

const waitMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

const codeOf = async (work: Promise<unknown>): Promise<ErrorCode | 'none'> =>
  work.then(
    () => 'none' as const,
    (error: unknown) => {
      expect(error).to.be.instanceOf(VoltanaError);
      return (error as VoltanaError).code;
    },
  );

/** Every ClockDriver passes this, emulated or real. */
export const clockDriverContract = (name: string, start: () => Promise<ClockDriverSubject>): void => {
  describe(`clock driver contract: ${name}`, () => {
    let subject: ClockDriverSubject;
    beforeEach(async () => {
      subject = await start();
    });
    afterEach(() => subject.close());

    it('lists its clocks ascending', async () => {
      const clocks = await subject.driver.supportedMhz(subject.domain);
      expect(clocks.length).to.be.above(1);
      expect([...clocks].sort((a, b) => a - b)).to.deep.equal(clocks);
    });

    it('locks, and the new clock holds after the settle time', async () => {
      const { driver, domain, settleMs } = subject;
      const [lowestMhz] = await driver.supportedMhz(domain);
      const lease = await driver.acquire(domain, 'test', 10_000);
      expect((await driver.lock(lease, lowestMhz!)).lockedMhz).to.equal(lowestMhz);
      await waitMs(settleMs);
      expect(await driver.read(domain)).to.include({ domain, appliedMhz: lowestMhz, lockedMhz: lowestMhz, throttled: false });
      await driver.release(lease);
    });

    it('release restores the default, and is idempotent', async () => {
      const { driver, domain } = subject;
      const lease = await driver.acquire(domain, 'test', 10_000);
      await driver.lock(lease, (await driver.supportedMhz(domain))[0]!);
      await driver.release(lease);
      await driver.release(lease);
      expect((await driver.read(domain)).lockedMhz).to.equal(null);
    });

    it('refuses another holder while the lease lives', async () => {
      const { driver, domain } = subject;
      const lease = await driver.acquire(domain, 'first', 10_000);
      expect(await codeOf(driver.acquire(domain, 'second', 10_000))).to.equal('LEASE_HELD');
      await driver.release(lease);
      expect((await driver.acquire(domain, 'second', 10_000)).token).to.be.above(lease.token);
    });

    it('fences off an older lease: it can neither lock nor renew, and its release changes nothing', async () => {
      const { driver, domain } = subject;
      const [lowestMhz] = await driver.supportedMhz(domain);
      const older = await driver.acquire(domain, 'test', 10_000);
      const newer = await driver.acquire(domain, 'test', 10_000);
      await driver.lock(newer, lowestMhz!);
      expect(await codeOf(driver.lock(older, lowestMhz!))).to.equal('LEASE_LOST');
      expect(await codeOf(driver.renew(older))).to.equal('LEASE_LOST');
      await driver.release(older);
      expect((await driver.read(domain)).lockedMhz).to.equal(lowestMhz);
      await driver.release(newer);
    });

    it('gives the clock back by itself when the lease is not renewed', async () => {
      const { driver, domain } = subject;
      const lease = await driver.acquire(domain, 'test', 300);
      await driver.lock(lease, (await driver.supportedMhz(domain))[0]!);
      await waitMs(200);
      await driver.renew(lease);
      await waitMs(200);
      expect((await driver.read(domain)).lockedMhz).to.not.equal(null);
      await waitMs(600);
      expect((await driver.read(domain)).lockedMhz).to.equal(null);
      expect(await codeOf(driver.renew(lease))).to.equal('LEASE_LOST');
      await driver.release(lease);
    });

    it('refuses an unsupported clock and keeps the lock', async () => {
      const { driver, domain } = subject;
      const lease = await driver.acquire(domain, 'test', 10_000);
      const [lowestMhz] = await driver.supportedMhz(domain);
      await driver.lock(lease, lowestMhz!);
      expect(await codeOf(driver.lock(lease, megahertz(lowestMhz! + 1)))).to.equal('CLOCK_OUTSIDE_CARD');
      expect((await driver.read(domain)).lockedMhz).to.equal(lowestMhz);
      await driver.release(lease);
    });

    it('does not know other domains', async () => {
      expect(await codeOf(subject.driver.read('nobody'))).to.equal('UNKNOWN_ID');
    });
  });
};
