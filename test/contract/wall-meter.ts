import { expect } from 'chai';
import type { Time } from '../../src/ports/time.ts';
import type { WallMeter } from '../../src/ports/wall-meter.ts';
import { ourError } from '../fixtures/rejected.ts';

/** A meter, and what stands behind it. */
export interface MeteredSubject {
  readonly meter: WallMeter;
  readonly time: Time;
  /** What it shows from now on, J or W. */
  show(value: number): Promise<void>;
  /** From now on it answers with something that is no figure. */
  garble(): Promise<void>;
  /** What it reads is gone. */
  vanish(): Promise<void>;
}

/** Every WallMeter passes this. */
export const wallMeterContract = (name: string, start: (quantity: WallMeter['quantity']) => Promise<MeteredSubject>): void => {
  for (const quantity of ['energy', 'power'] as const)
    describe(`wall meter contract: ${name}, ${quantity}`, () => {
      let subject: MeteredSubject;
      beforeEach(async () => void (subject = await start(quantity)));
      afterEach(() => subject.meter.close());

      it('says what it measures and by which name it was asked for', () => {
        expect(subject.meter.quantity).to.equal(quantity);
        expect(subject.meter.source).to.be.a('string').with.length.above(0);
      });

      it('reads what is shown, between question and answer', async () => {
        for (const value of [0, 1, 1234.5]) {
          await subject.show(value);
          const beforeMs = subject.time.nowMs();
          const reading = await subject.meter.read();
          expect(reading.value).to.be.closeTo(value, 1e-6);
          expect(reading.askedMs).to.be.at.least(beforeMs);
          expect(reading.answeredMs).to.be.within(reading.askedMs, subject.time.nowMs());
        }
      });

      it('says METER_FAILED, naming itself, for what is no figure, and reads on when there is one again', async () => {
        await subject.garble();
        const error = await ourError(subject.meter.read());
        expect(error.code).to.equal('METER_FAILED');
        expect(error.message).to.contain(subject.meter.source);
        await subject.show(7);
        expect((await subject.meter.read()).value).to.be.closeTo(7, 1e-6);
      });

      it('says METER_FAILED for what is gone', async () => {
        await subject.vanish();
        expect((await ourError(subject.meter.read())).code).to.equal('METER_FAILED');
      });

      it('closes once, however often it is told', async () => {
        await subject.meter.close();
        await subject.meter.close();
      });
    });
};
