import { expect } from 'chai';
import { megahertz } from '../../../src/domain/units.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { middleMhz, needs, type Bed } from './bed.ts';

/** Restoring, and letting go of the driver. */
export const givingBack = (bed: Bed): void => {
  describe('giving back', () => {
    it('unlocks, with what was before and with the defaults, also twice and when nothing was locked', async () => {
      const [id, other] = bed.subject.ids;
      const before = await bed.devices.before(id);
      for (const told of [before, null]) {
        await bed.devices.restore(id, told);
        await bed.devices.lock(id, megahertz(bed.subject.clocksMhz[0]!));
        await bed.devices.lock(other, megahertz(bed.subject.clocksMhz[0]!));
        await bed.devices.restore(id, told);
        await bed.devices.restore(id, told);
        expect(await bed.subject.lockedMhz(id)).to.equal(null);
        expect(await bed.subject.lockedMhz(other)).to.equal(bed.subject.clocksMhz[0]);
      }
    });

    it('brings the power limit back to what it was, or to the default', async function () {
      const { id, powerLimits } = await needs(bed, this, 'power-limit');
      await bed.devices.limitPower(id, powerLimits!.mostW);
      const before = await bed.devices.before(id);
      await bed.devices.limitPower(id, powerLimits!.leastW);
      await bed.devices.restore(id, before);
      expect(await bed.subject.powerLimitW(id)).to.equal(powerLimits!.mostW);
      await bed.devices.restore(id, null);
      expect(await bed.subject.powerLimitW(id)).to.equal(powerLimits!.defaultW);
    });

    it('the clock alone: what somebody else has made of the power limit meanwhile stays', async function () {
      const { id, powerLimits } = await needs(bed, this, 'power-limit');
      const before = await bed.devices.before(id);
      for (const told of [before, null]) {
        await bed.devices.lock(id, megahertz(bed.subject.clocksMhz[0]!));
        await bed.devices.limitPower(id, powerLimits!.leastW);
        await bed.devices.restore(id, told, 'clock');
        expect(await bed.subject.lockedMhz(id)).to.equal(null);
        expect(await bed.subject.powerLimitW(id)).to.equal(powerLimits!.leastW);
      }
      await bed.devices.restore(id, before);
      expect(await bed.subject.powerLimitW(id)).to.equal(powerLimits!.presentW);
    });

    it('what was before survives as a text, for a driver opened anew', async () => {
      const [id] = bed.subject.ids;
      const before = JSON.parse(JSON.stringify(await bed.devices.before(id))) as string;
      await bed.devices.lock(id, megahertz(bed.subject.clocksMhz[0]!));
      await bed.devices.close();
      await bed.devices.restore(id, before);
      expect(await bed.subject.lockedMhz(id)).to.equal(null);
    });

    it('a text that it has not written is an error, and yet the clocks are unlocked', async () => {
      const [id] = bed.subject.ids;
      for (const foreign of ['', 'nonsense', '{"powerLimitW":"much"}', '[]', 'null']) {
        await bed.devices.lock(id, megahertz(bed.subject.clocksMhz[0]!));
        await ourError(bed.devices.restore(id, foreign));
        expect(await bed.subject.lockedMhz(id)).to.equal(null);
      }
    });

    it('closing gives nothing back; the next call opens the driver again', async () => {
      const [id] = bed.subject.ids;
      await bed.devices.lock(id, megahertz(middleMhz(bed)));
      await bed.devices.close();
      await bed.devices.close();
      expect(await bed.subject.lockedMhz(id)).to.equal(middleMhz(bed));
      expect((await bed.devices.read(id)).id).to.equal(id);
    });

    it('closing while calls are under way harms none of them', async () => {
      const under = bed.subject.ids.map((id) => bed.devices.read(id));
      const closed = bed.devices.close();
      expect((await Promise.all(under)).map(({ id }) => id)).to.deep.equal(bed.subject.ids);
      await closed;
      expect((await bed.devices.list()).length).to.equal(bed.subject.ids.length);
    });
  });
};
