import { expect } from 'chai';
import { megahertz, watts } from '../../../src/domain/units.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { codeOf, infoOf, middleMhz, needs, waitMs, type Bed } from './bed.ts';

/** Locks and limits, seen from outside. */
export const setting = (bed: Bed): void => {
  describe('setting', () => {
    it('locks a device, and no other; the clock holds after the settle time', async () => {
      const [id, other] = bed.subject.ids;
      for (const clockMhz of [bed.subject.clocksMhz[0]!, middleMhz(bed), bed.subject.clocksMhz.at(-1)!]) {
        await bed.devices.lock(id, megahertz(clockMhz));
        expect(await bed.subject.lockedMhz(id)).to.equal(clockMhz);
        expect(await bed.subject.lockedMhz(other)).to.equal(null);
        await waitMs(bed.subject.settleMs);
        expect((await bed.devices.read(id)).smMhz).to.equal(clockMhz);
      }
    });

    it('refuses a clock that is not in the list, names it, and keeps the lock', async () => {
      const [id] = bed.subject.ids;
      await bed.devices.lock(id, megahertz(middleMhz(bed)));
      const clocks = bed.subject.clocksMhz;
      for (const clockMhz of [0, clocks[0]! - 1, middleMhz(bed) + 1, middleMhz(bed) + 0.5, clocks.at(-1)! + 1, 1e9]) {
        const error = await ourError(bed.devices.lock(id, megahertz(clockMhz)));
        expect(error.code).to.equal('CLOCK_OUTSIDE_CARD');
        expect(error.message).to.include(String(clockMhz)).and.include(id);
        expect(await bed.subject.lockedMhz(id)).to.equal(middleMhz(bed));
      }
    });

    it('locks memory where it can, and says so where it cannot', async () => {
      const [id] = bed.subject.ids;
      const [memoryMhz] = bed.subject.memoryMhz;
      if (memoryMhz === undefined) {
        expect(await codeOf(bed.devices.lockMemory(id, megahertz(1000)))).to.equal('NOT_SUPPORTED');
        return;
      }
      await bed.devices.lockMemory(id, megahertz(memoryMhz));
      expect(await bed.subject.lockedMemoryMhz(id)).to.equal(memoryMhz);
      expect(await codeOf(bed.devices.lockMemory(id, megahertz(memoryMhz + 1)))).to.equal('CLOCK_OUTSIDE_CARD');
      expect(await bed.subject.lockedMemoryMhz(id)).to.equal(memoryMhz);
      await bed.devices.restore(id, null);
      expect(await bed.subject.lockedMemoryMhz(id)).to.equal(null);
    });

    it('limits power within the limits of the device', async function () {
      const { id, powerLimits } = await needs(bed, this, 'power-limit');
      await bed.devices.limitPower(id, powerLimits!.leastW);
      expect(await bed.subject.powerLimitW(id)).to.equal(powerLimits!.leastW);
      expect((await infoOf(bed, id)).powerLimits!.presentW).to.equal(powerLimits!.leastW);
      for (const outsideW of [powerLimits!.leastW - 1, powerLimits!.mostW + 1]) {
        const error = await ourError(bed.devices.limitPower(id, watts(outsideW)));
        expect(error.code).to.equal('BAD_VALUE');
        expect(error.message).to.include(String(outsideW)).and.include(id);
        expect(await bed.subject.powerLimitW(id)).to.equal(powerLimits!.leastW);
      }
    });

    it('says where power cannot be limited', async function () {
      const { id, capabilities } = await infoOf(bed, bed.subject.ids[0]);
      if (capabilities.includes('power-limit')) this.skip();
      expect(await codeOf(bed.devices.limitPower(id, watts(100)))).to.equal('NOT_SUPPORTED');
    });

    it('many calls at the same time: each device is locked as it was told', async () => {
      const { ids, clocksMhz } = bed.subject;
      const wanted = ids.map((_, i) => clocksMhz[(i + 1) % clocksMhz.length]!);
      await Promise.all(ids.flatMap((id, i) => [bed.devices.lock(id, megahertz(wanted[i]!)), bed.devices.read(id), bed.devices.users(id)]));
      expect(await Promise.all(ids.map((id) => bed.subject.lockedMhz(id)))).to.deep.equal(wanted);
    });

    it('of several locks of one device the one that was asked for last stays', async () => {
      const [id] = bed.subject.ids;
      const order = [...bed.subject.clocksMhz.slice(0, 8), middleMhz(bed)];
      await Promise.all(order.map((clockMhz) => bed.devices.lock(id, megahertz(clockMhz))));
      expect(await bed.subject.lockedMhz(id)).to.equal(middleMhz(bed));
    });
  });
};
