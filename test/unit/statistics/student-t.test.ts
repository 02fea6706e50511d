import { expect } from 'chai';
import { criticalT, twoSidedP } from '../../../src/statistics/student-t.ts';

describe("Student's t", () => {
  // From the printed tables of every textbook.
  for (const [df, t] of [
    [1, 12.7062],
    [2, 4.3027],
    [4, 2.7764],
    [9, 2.2622],
    [30, 2.0423],
    [Infinity, 1.95996],
  ] as const)
    it(`5 % of both sides lie beyond ${t} with ${df} degrees of freedom`, () => {
      expect(criticalT(0.05, df)).to.be.closeTo(t, 1e-4);
      expect(twoSidedP(t, df)).to.be.closeTo(0.05, 1e-5);
      expect(twoSidedP(-t, df)).to.equal(twoSidedP(t, df));
    });

  it('is 1 at 0 and falls with the distance, tails included', () => {
    expect(twoSidedP(0, 3)).to.equal(1);
    expect(twoSidedP(2, 2.5)).to.be.above(twoSidedP(2.01, 2.5));
    // Cauchy's tail is known exactly.
    expect(twoSidedP(1000, 1)).to.be.closeTo(1 - (2 / Math.PI) * Math.atan(1000), 1e-12);
    expect(twoSidedP(8, Infinity)).to.be.within(1.2e-15, 1.3e-15);
  });

  it('finds the t of every probability, far tails and few degrees of freedom included', () => {
    for (const df of [0.5, 1, 3.7, 40, 1e4, Infinity])
      for (const p of [1e-9, 0.001, 0.05, 0.5, 0.999])
        expect(twoSidedP(criticalT(p, df), df) / p, `${p} with ${df}`).to.be.closeTo(1, 1e-8);
  });

  it('asks for sensible arguments', () => {
    expect(() => twoSidedP(1, 0)).to.throw(RangeError);
    expect(() => criticalT(0, 3)).to.throw(RangeError);
    expect(() => criticalT(1, 3)).to.throw(RangeError);
  });
});
