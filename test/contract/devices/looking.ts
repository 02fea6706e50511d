import { expect } from 'chai';
import type { DeviceCapability, DeviceReading } from '../../../src/domain/device.ts';
import { needs, type Bed } from './bed.ts';

const METERED: readonly (readonly [DeviceCapability, keyof DeviceReading])[] = [
  ['energy-counter', 'counterJ'],
  ['instant-power', 'instantW'],
  ['average-power', 'averageW'],
];

/** What reading tells, and that it changes nothing. */
export const looking = (bed: Bed): void => {
  describe('looking', () => {
    it('lists every device with its own name, in the same order each time', async () => {
      const list = await bed.devices.list();
      expect(list.map(({ id }) => id)).to.deep.equal(bed.subject.ids);
      expect(list.map(({ index }) => index)).to.deep.equal(bed.subject.ids.map((_, index) => index));
      for (const { family, name: title } of list) {
        expect(family).to.equal(bed.devices.family);
        expect(title).to.not.equal('');
      }
      expect(await bed.devices.list()).to.deep.equal(list);
    });

    it('tells the clocks that a lock accepts, ascending, and what it can do with them', async () => {
      for (const { supportedMhz, supportedMemoryMhz, capabilities } of await bed.devices.list()) {
        expect(supportedMhz).to.deep.equal(bed.subject.clocksMhz);
        expect(supportedMemoryMhz).to.deep.equal(bed.subject.memoryMhz);
        expect(capabilities.includes('lock')).to.equal(supportedMhz.length > 0);
        expect(capabilities.includes('memory-lock')).to.equal(supportedMemoryMhz.length > 0);
        expect(new Set(capabilities).size).to.equal(capabilities.length);
      }
    });

    it('tells power limits that hold together, where power can be limited', async () => {
      for (const { id, powerLimits, capabilities } of await bed.devices.list()) {
        if (!capabilities.includes('power-limit')) continue;
        expect(powerLimits!.leastW).to.be.at.most(powerLimits!.defaultW);
        expect(powerLimits!.defaultW).to.be.at.most(powerLimits!.mostW);
        expect(powerLimits!.presentW).to.equal(await bed.subject.powerLimitW(id));
      }
    });

    it('reads every device: what it promises to meter is there, the rest is null and never zero', async () => {
      for (const { id, capabilities } of await bed.devices.list()) {
        const askedMs = bed.subject.nowMs();
        const reading = await bed.devices.read(id);
        expect(reading.id).to.equal(id);
        expect(reading.atMs).to.be.within(askedMs - 1e-6, bed.subject.nowMs() + 1e-6);
        expect(reading.smMhz).to.be.above(0);
        for (const [capability, field] of METERED) {
          if (capabilities.includes(capability)) expect(reading[field], `${field} of ${id}`).to.be.a('number');
          else expect(reading[field], `${field} of ${id}`).to.equal(null);
        }
      }
    });

    it('the energy counter never falls while nothing is reloaded', async function () {
      await needs(bed, this, 'energy-counter');
      let beforeJ = 0;
      for (let i = 0; i < 50; i += 1) {
        const { counterJ } = await bed.devices.read(bed.subject.ids[0]);
        expect(counterJ).to.be.at.least(beforeJ);
        beforeJ = counterJ!;
      }
    });

    it('nobody shares an idle device', async () => {
      for (const id of bed.subject.ids) {
        const { processes, ...sharing } = await bed.devices.users(id);
        expect(sharing).to.deep.equal({ partitioned: false, mps: false, virtual: false });
        if (processes !== null) expect(processes).to.deep.equal([]);
      }
    });

    it('nothing has happened on a quiet machine', async () => {
      await bed.devices.list();
      expect(await bed.devices.events()).to.deep.equal([]);
      expect(await bed.devices.events()).to.deep.equal([]);
    });

    it('looking changes nothing', async () => {
      await bed.devices.list();
      for (const id of bed.subject.ids) {
        await bed.devices.read(id);
        await bed.devices.users(id);
        await bed.devices.before(id);
        expect(await bed.subject.lockedMhz(id)).to.equal(null);
      }
    });
  });
};
