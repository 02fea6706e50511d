import { expect } from 'chai';
import fc from 'fast-check';
import { emptyEstimate, estimateInto, estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { chosen, clockAt, deviceChoices, places, works } from '../../fixtures/analytic.ts';

const points = fc.array(fc.record({ choice: deviceChoices, work: works, place: places }), { minLength: 2, maxLength: 8 });

describe('the scratch of the analytic model', () => {
  it('leaves no trace: the order of estimates does not matter, capped ones among them', () => {
    fc.assert(
      fc.property(points, (drawn) => {
        const asked = drawn.map(({ choice, work, place }) => {
          const device = chosen(choice);
          return { device, work: Object.freeze(work), clockMhz: clockAt(device, place) };
        });
        const answers = asked.map(({ device, work, clockMhz }) => estimateIteration(device, work, clockMhz));
        const again = asked
          .toReversed()
          .map(({ device, work, clockMhz }) => estimateIteration(device, work, clockMhz))
          .toReversed();
        expect(again).to.deep.equal(answers);
      }),
    );
  });

  it('leaves no trace in a slot that serves again and again', () => {
    const slot = emptyEstimate();
    const keys = Object.keys(slot);
    fc.assert(
      fc.property(deviceChoices, works, places, (choice, work, place) => {
        const device = chosen(choice);
        const clockMhz = clockAt(device, place);
        estimateInto(device, work, clockMhz, slot);
        expect(slot).to.deep.equal(estimateIteration(device, work, clockMhz));
        expect(Object.keys(slot)).to.deep.equal(keys);
      }),
    );
  });
});
