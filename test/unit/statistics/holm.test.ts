import { expect } from 'chai';
import fc from 'fast-check';
import { holm } from '../../../src/statistics/holm.ts';

describe('holm', () => {
  it('multiplies the smallest by all, the next by one fewer, and never falls', () => {
    expect(holm([0.04, 0.01, 0.03])).to.deep.equal([0.06, 0.03, 0.06]);
    expect(holm([0.5, 0.9])).to.deep.equal([1, 1]);
  });

  it('leaves out what was not tested', () => {
    expect(holm([null, 0.02, null, 0.03])).to.deep.equal([null, 0.04, null, 0.04]);
    expect(holm([])).to.deep.equal([]);
  });

  it('keeps the order, and never makes anything surer', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (pValues) => {
        const corrected = holm(pValues);
        corrected.forEach((p, i) => expect(p).to.be.within(pValues[i]!, 1));
        pValues.forEach((p, i) => pValues.forEach((q, j) => p < q && expect(corrected[i]).to.be.at.most(corrected[j]!)));
      }),
    );
  });
});
