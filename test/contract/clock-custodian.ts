import { expect } from 'chai';
import { VoltanaError, type ErrorCode } from '../../src/domain/errors.ts';
import type { LeaseRequest } from '../../src/domain/custody.ts';
import type { DeviceReading } from '../../src/domain/device.ts';
import { megahertz, watts } from '../../src/domain/units.ts';
import type { ClockCustodian } from '../../src/ports/clock-custodian.ts';
import type { ScriptedDevices } from '../fixtures/custody/scripted-devices.ts';
import { ourError } from '../fixtures/rejected.ts';

/** A custodian of four scripted GPUs, in real time: bounds open, every lease length from 200 ms allowed, nothing staggered. */
export interface ClockCustodianSubject {
  readonly custodian: ClockCustodian;
  readonly devices: ScriptedDevices;
  close(): Promise<void>;
}

const passMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
const codeOf = async (work: Promise<unknown>): Promise<ErrorCode | 'none'> =>
  work.then(
    () => 'none' as const,
    (error: unknown) => (error instanceof VoltanaError ? error.code : expect.fail(`not an error of ours: ${String(error)}`)),
  );

/** Every ClockCustodian passes this, in this process or behind a wire. */
export const clockCustodianContract = (name: string, start: () => Promise<ClockCustodianSubject>): void => {
  describe(`clock custodian contract: ${name}`, () => {
    let custodian: ClockCustodian;
    let devices: ScriptedDevices;
    let close: () => Promise<void>;
    beforeEach(async () => ({ custodian, devices, close } = await start()));
    afterEach(() => close());

    const ask = (changes: Partial<LeaseRequest> = {}): LeaseRequest => ({
      domain: 'decode-0',
      devices: ['0', '1'],
      holder: 'gateway-1',
      ttlMs: 10_000,
      identity: 'tester',
      ...changes,
    });
    const locked = (): (number | null)[] => devices.devices.map(({ lockedMhz }) => lockedMhz);

    it('lists the clocks that devices have in common, ascending', async () => {
      const clocks = await custodian.supportedMhz(['0', '1']);
      expect(clocks.length).to.be.above(2);
      expect([...clocks].sort((a, b) => a - b)).to.deep.equal(clocks);
    });

    it('knows a device by id, beginning of an id, PCI address and index, and lists what there is for another', async () => {
      const { id } = devices.devices[1]!;
      const grant = await custodian.acquire(ask({ devices: [id] }));
      expect(grant.devices).to.deep.equal([id]);
      await custodian.release(grant);
      for (const one of [id.slice(0, 9), '0000:3c:00.0', '1', 'nvml:1']) {
        const again = await custodian.acquire(ask({ devices: [one] }));
        expect(again.devices, one).to.deep.equal([id]);
        await custodian.release(again);
      }
      const error = await ourError(custodian.acquire(ask({ devices: ['GPU-99999999'] })));
      expect(error.code).to.equal('UNKNOWN_ID');
      expect(error.message).to.include('GPU-99999999').and.include(id);
    });

    it('locks all devices of a domain and no other, reads them back, and gives them back on release', async () => {
      const grant = await custodian.acquire(ask());
      const { clock, spreadMhz } = await custodian.lock(grant, megahertz(690));
      expect(clock).to.include({ appliedMhz: 690, lockedMhz: 690, throttled: false });
      expect(spreadMhz).to.equal(0);
      expect(locked()).to.deep.equal([690, 690, null, null]);
      await custodian.release(grant);
      await custodian.release(grant);
      expect(locked()).to.deep.equal([null, null, null, null]);
    });

    it('refuses devices that another domain holds, and names the holder', async () => {
      const grant = await custodian.acquire(ask());
      const error = await ourError(custodian.acquire(ask({ domain: 'prefill-0', devices: ['1', '2'], holder: 'gateway-2' })));
      expect(error.code).to.equal('LEASE_HELD');
      expect(error.message).to.include('gateway-1');
      expect(await codeOf(custodian.acquire(ask({ holder: 'gateway-2' })))).to.equal('LEASE_HELD');
      await custodian.release(grant);
      expect((await custodian.acquire(ask({ holder: 'gateway-2' }))).token).to.be.above(grant.token);
    });

    it('lets a holder take over from itself: the lock stands, the older claim is worth nothing', async () => {
      const older = await custodian.acquire(ask());
      await custodian.lock(older, megahertz(690));
      const newer = await custodian.acquire(ask());
      expect(newer.token).to.be.above(older.token);
      expect(locked()).to.deep.equal([690, 690, null, null]);
      expect(await codeOf(custodian.lock(older, megahertz(225)))).to.equal('LEASE_LOST');
      expect(await codeOf(custodian.renew(older))).to.equal('LEASE_LOST');
      expect(await codeOf(custodian.limitPower(older, watts(300)))).to.equal('LEASE_LOST');
      await custodian.release(older);
      expect(locked()).to.deep.equal([690, 690, null, null]);
      await custodian.release(newer);
    });

    it('refuses a forged claim, with nothing changed', async () => {
      const grant = await custodian.acquire(ask());
      await custodian.lock(grant, megahertz(690));
      for (const forged of [
        { ...grant, key: 'guessed' },
        { ...grant, key: '' },
        { ...grant, token: grant.token + 1 },
        { ...grant, domain: 'x' },
      ]) {
        expect(await codeOf(custodian.lock(forged, megahertz(225)))).to.equal('LEASE_LOST');
        expect(await codeOf(custodian.renew(forged))).to.equal('LEASE_LOST');
        await custodian.release(forged);
      }
      expect(locked()).to.deep.equal([690, 690, null, null]);
      await custodian.release(grant);
    });

    it('gives back what is not renewed, and only then', async () => {
      const grant = await custodian.acquire(ask({ ttlMs: 400 }));
      await custodian.lock(grant, megahertz(690));
      await passMs(250);
      await custodian.renew(grant);
      await passMs(250);
      expect(locked()).to.deep.equal([690, 690, null, null]);
      await passMs(700);
      expect(locked()).to.deep.equal([null, null, null, null]);
      expect(await codeOf(custodian.renew(grant))).to.equal('LEASE_LOST');
      expect(await codeOf(custodian.lock(grant, megahertz(690)))).to.equal('LEASE_LOST');
      expect((await custodian.status()).leases).to.deep.equal([]);
    });

    it('refuses a clock that is in no table, names its neighbours, and keeps the lock', async () => {
      const grant = await custodian.acquire(ask());
      await custodian.lock(grant, megahertz(690));
      const error = await ourError(custodian.lock(grant, megahertz(700)));
      expect(error.code).to.equal('CLOCK_OUTSIDE_CARD');
      expect(error.message).to.include('690').and.include('1170');
      expect(locked()).to.deep.equal([690, 690, null, null]);
      await custodian.release(grant);
    });

    it('puts back the devices it has locked when a later one refuses', async () => {
      const grant = await custodian.acquire(ask());
      await custodian.lock(grant, megahertz(690));
      devices.fail('lock', 'DEVICE_FAILED', { id: devices.devices[1]!.id, times: 1 });
      expect(await codeOf(custodian.lock(grant, megahertz(225)))).to.equal('DEVICE_FAILED');
      expect(locked()).to.deep.equal([690, 690, null, null]);
      await custodian.lock(grant, megahertz(225));
      await custodian.release(grant);
    });

    it('limits power with the clocks, and brings it back with them', async () => {
      const grant = await custodian.acquire(ask());
      await custodian.limitPower(grant, watts(300));
      expect(devices.devices.map(({ limitW }) => limitW)).to.deep.equal([300, 300, 400, 400]);
      expect(await codeOf(custodian.limitPower(grant, watts(20)))).to.equal('BAD_VALUE');
      await custodian.release(grant);
      expect(devices.devices.map(({ limitW }) => limitW)).to.deep.equal([400, 400, 400, 400]);
    });

    it('reads clock and energy of several devices together: the least clock, the sum of powers', async () => {
      devices.devices[1]!.clockMhz = 690;
      const { clock, energy, spreadMhz } = await custodian.read(['0', '1']);
      expect(clock).to.include({ appliedMhz: 690, lockedMhz: null });
      expect(spreadMhz).to.equal(1410 - 690);
      expect(energy!.powerW).to.be.closeTo(120, 1);
      const later = await custodian.read(['0', '1']);
      expect(later.energy!.energyJ).to.be.at.least(energy!.energyJ);
      expect(later.clock.atMs).to.be.at.least(clock.atMs);
    });

    it('energy of devices that nothing meters is null, not zero', async () => {
      devices.devices[1]!.metered = false;
      expect((await custodian.read(['1'])).energy).to.equal(null);
      expect((await custodian.read(['0', '1'])).energy).to.equal(null);
    });

    it('a device that is gone is an error that names it', async () => {
      const { id } = devices.devices[1]!;
      devices.fail('read', 'DEVICE_LOST', { id });
      const error = await ourError(custodian.read(['1']));
      expect(error.code).to.equal('DEVICE_LOST');
      expect(error.message).to.include(id);
      const status = (await custodian.status()).devices.find(({ info }) => info.id === id)!;
      expect(status.reading).to.equal(null);
      expect(status.problem).to.be.a('string');
    });

    it('tells who holds what', async () => {
      const grant = await custodian.acquire(ask({ ttlMs: 5000 }));
      await custodian.lock(grant, megahertz(690));
      const status = await custodian.status();
      expect(status.draining).to.equal(false);
      expect(status.devices.map(({ state }) => state)).to.deep.equal(['locked', 'locked', 'free', 'free']);
      expect(status.devices[0]).to.include({ lockedMhz: 690, domain: 'decode-0', holder: 'gateway-1', problem: null });
      expect(status.leases).to.have.length(1);
      expect(status.leases[0]).to.include({
        domain: 'decode-0',
        holder: 'gateway-1',
        identity: 'tester',
        token: grant.token,
        lockedMhz: 690,
      });
      expect(status.leases[0]!.expiresInMs).to.be.within(1, 5000);
      expect(JSON.stringify(status)).to.not.include(grant.key);
      await custodian.release(grant);
    });

    it('an operator restores all, also what nobody here has locked, and ends the leases', async () => {
      const grant = await custodian.acquire(ask());
      await custodian.lock(grant, megahertz(690));
      devices.devices[3]!.lockedMhz = 225;
      const report = await custodian.restore([], 'root');
      expect(report.failed).to.deep.equal([]);
      expect([...report.restored].sort()).to.deep.equal(devices.devices.map(({ id }) => id));
      expect(locked()).to.deep.equal([null, null, null, null]);
      expect(await codeOf(custodian.lock(grant, megahertz(690)))).to.equal('LEASE_LOST');
    });

    it('restores those named and leaves the others their leases', async () => {
      const one = await custodian.acquire(ask({ devices: ['0'] }));
      const other = await custodian.acquire(ask({ domain: 'other', devices: ['1'] }));
      await custodian.lock(one, megahertz(690));
      await custodian.lock(other, megahertz(690));
      expect((await custodian.restore(['1'], 'root')).restored).to.deep.equal([devices.devices[1]!.id]);
      expect(locked()).to.deep.equal([690, null, null, null]);
      await custodian.renew(one);
      await custodian.release(one);
    });

    it('drains: gives everything back, lets go of the driver, takes no lease until it is told to go on', async () => {
      const grant = await custodian.acquire(ask());
      await custodian.lock(grant, megahertz(690));
      await custodian.drain('root');
      expect(locked()).to.deep.equal([null, null, null, null]);
      expect(devices.open).to.equal(false);
      expect(await codeOf(custodian.acquire(ask()))).to.equal('DRAINING');
      expect(await custodian.status()).to.include({ draining: true });
      expect(devices.open).to.equal(false);
      await custodian.resume('root');
      await custodian.release(await custodian.acquire(ask()));
    });

    it('watches: only while somebody listens, later readings each time', async () => {
      const stop = new AbortController();
      const seen: (readonly DeviceReading[])[] = [];
      for await (const readings of custodian.watch(['0', '2'], 10, stop.signal)) {
        seen.push(readings);
        if (seen.length === 3) stop.abort();
      }
      expect(seen).to.have.length(3);
      for (const readings of seen) expect(readings.map(({ id }) => id)).to.deep.equal([devices.devices[0]!.id, devices.devices[2]!.id]);
      expect(seen[2]![0]!.atMs).to.be.above(seen[0]![0]!.atMs);
      await passMs(150);
      const reads = devices.count('read');
      await passMs(300);
      expect(devices.count('read')).to.equal(reads);
    });

    it('refuses what makes no sense', async () => {
      expect(await codeOf(custodian.acquire(ask({ devices: [] })))).to.equal('BAD_VALUE');
      expect(await codeOf(custodian.acquire(ask({ ttlMs: 1e9 })))).to.equal('BAD_VALUE');
      expect(await codeOf(custodian.acquire(ask({ domain: '' })))).to.equal('BAD_VALUE');
      expect(await codeOf(custodian.read(['nothing-like-it']))).to.equal('UNKNOWN_ID');
    });
  });
};
