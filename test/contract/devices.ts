import type { Bed, DevicesSubject } from './devices/bed.ts';
import { givingBack } from './devices/giving-back.ts';
import { goingWrong } from './devices/going-wrong.ts';
import { looking } from './devices/looking.ts';
import { setting } from './devices/setting.ts';

export type { DevicesSubject } from './devices/bed.ts';

/** Every Devices passes this: NVML, AMD and CPU drivers. */
export const devicesContract = (name: string, start: () => Promise<DevicesSubject>): void => {
  describe(`devices contract: ${name}`, () => {
    let subject: DevicesSubject;
    const bed: Bed = {
      get subject() {
        return subject;
      },
      get devices() {
        return subject.devices;
      },
    };
    beforeEach(async () => {
      subject = await start();
    });
    afterEach(() => subject.close());

    looking(bed);
    setting(bed);
    givingBack(bed);
    goingWrong(bed);
  });
};
