import { expect } from 'chai';
import type { ProfilePoint } from '../../src/domain/profile.ts';
import type { Designer, PlannedPoint } from '../../src/ports/designer.ts';

export interface DesignerSubject {
  /** A fresh one each time, of the same design. */
  create(): Designer;
  /** What a device would answer, by itself. */
  measure(planned: PlannedPoint): ProfilePoint;
  /** The clocks that it may ask for. */
  readonly clocksMhz: readonly number[];
  /** Whether a load fits on the instance. */
  fits(planned: PlannedPoint): boolean;
}

const FAR_TOO_MANY = 2000;

/** Every Designer passes this. */
export const designerContract = (name: string, subject: DesignerSubject): void => {
  describe(`designer contract: ${name}`, () => {
    const { create, measure, clocksMhz, fits } = subject;

    const whole = (designer: Designer, measured: readonly ProfilePoint[] = []): { plan: PlannedPoint[]; points: ProfilePoint[] } => {
      const plan: PlannedPoint[] = [];
      const points = [...measured];
      for (let next = designer.next(points); next; next = designer.next(points)) {
        plan.push(next);
        points.push(measure(next));
        if (points.length > FAR_TOO_MANY) throw new Error('it never ends');
      }
      return { plan, points };
    };

    it('ends by itself, and stays ended', () => {
      const designer = create();
      const { plan, points } = whole(designer);
      expect(plan.length).to.be.within(1, FAR_TOO_MANY);
      expect(designer.next(points)).to.equal(null);
    });

    it('asks only for clocks that may be locked and loads that fit, in whole numbers, and says why', () => {
      for (const planned of whole(create()).plan) {
        expect(clocksMhz).to.include(planned.clockMhz);
        expect(fits(planned), JSON.stringify(planned)).to.equal(true);
        for (const key of ['batch', 'tokens'] as const) expect(planned[key], key).to.satisfy(Number.isInteger).and.be.at.least(1);
        expect(planned.why).to.not.equal('');
      }
    });

    it('asks the same question again until it is answered', () => {
      const designer = create();
      const { points } = whole(create());
      for (const count of [0, 1, Math.floor(points.length / 2), points.length - 1]) {
        const some = points.slice(0, count);
        expect(designer.next(some)).to.deep.equal(designer.next(some));
      }
    });

    it('goes on as it would have, whoever asks: what comes next follows from the points alone', () => {
      const { plan, points } = whole(create());
      for (const count of [1, Math.floor(points.length / 3), points.length - 1]) {
        const resumed = whole(create(), points.slice(0, count));
        expect([...plan.slice(0, count), ...resumed.plan]).to.deep.equal(plan);
      }
    });

    it('leaves the points alone, and takes one that is not valid like any other', () => {
      const designer = create();
      const points: ProfilePoint[] = [];
      for (let i = 0; i < 5; i++) {
        const next = designer.next(Object.freeze([...points]));
        if (!next) return;
        points.push({ ...measure(next), valid: false, reasons: ['test'] });
      }
      expect(points).to.have.length(5);
    });
  });
};
