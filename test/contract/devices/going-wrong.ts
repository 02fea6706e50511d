import { expect } from 'chai';
import { megahertz, watts } from '../../../src/domain/units.ts';
import type { Devices } from '../../../src/ports/devices.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { middleMhz, type Bed } from './bed.ts';

/** Everything that a name can be given to. */
const callsOn = (devices: Devices, id: string): Promise<unknown>[] => [
  devices.read(id),
  devices.users(id),
  devices.before(id),
  devices.lock(id, megahertz(1000)),
  devices.lockMemory(id, megahertz(1000)),
  devices.limitPower(id, watts(100)),
  devices.restore(id, null),
];

/** Wrong names, lost devices, missing rights. */
export const goingWrong = (bed: Bed): void => {
  describe('going wrong', () => {
    it('does not know other devices', async () => {
      for (const call of callsOn(bed.devices, 'nobody')) {
        const error = await ourError(call);
        expect(error.code).to.equal('UNKNOWN_ID');
        expect(error.message).to.include('nobody');
      }
    });

    it('a device that is gone is an error that names it; the other one goes on', async () => {
      const [id, other] = bed.subject.ids;
      await bed.devices.lock(id, megahertz(middleMhz(bed)));
      await bed.subject.lose(id);
      for (const call of [bed.devices.read(id), bed.devices.lock(id, megahertz(middleMhz(bed))), bed.devices.restore(id, null)]) {
        const error = await ourError(call);
        expect(error.code).to.equal('DEVICE_LOST');
        expect(error.message).to.include(id);
      }
      await bed.devices.lock(other, megahertz(middleMhz(bed)));
      expect((await bed.devices.read(other)).id).to.equal(other);
      expect((await bed.devices.list()).map((info) => info.id)).to.include(other);
    });

    it('where nothing may be set it says which command grants it; reading goes on', async function () {
      if (bed.subject.refuse === undefined) this.skip();
      const [id] = bed.subject.ids;
      await bed.devices.list();
      await bed.subject.refuse();
      const error = await ourError(bed.devices.lock(id, megahertz(middleMhz(bed))));
      expect(error.code).to.equal('NOT_PERMITTED');
      expect(error.hint).to.include('sudo voltana agent');
      expect(await bed.subject.lockedMhz(id)).to.equal(null);
      expect((await bed.devices.read(id)).id).to.equal(id);
    });
  });
};
