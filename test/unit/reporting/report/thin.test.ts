import { expect } from 'chai';
import * as fc from 'fast-check';
import { sampled, thin, type Dot } from '../../../../src/reporting/report/thin.ts';

describe('thinning a line', () => {
  const line = (values: readonly (number | null)[]): Dot[] => values.map((value, i) => [i, value]);

  it('keeps the extremes, the ends and the order, within the limit', () => {
    const values = fc.array(fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null }), { minLength: 1, maxLength: 3000 });
    fc.assert(
      fc.property(values, fc.integer({ min: 10, max: 500 }), (all, most) => {
        const dots = line(all);
        const kept = thin(dots, most);
        expect(kept.length).to.be.at.most(Math.max(most, 10));
        expect([kept[0], kept.at(-1)]).to.deep.equal([dots[0], dots.at(-1)]);
        expect(kept).to.deep.equal([...kept].sort(([a], [b]) => a - b));
        const known = (some: readonly Dot[]): number[] => some.flatMap(([, value]) => (value === null ? [] : [value]));
        expect([Math.min(...known(kept)), Math.max(...known(kept))]).to.deep.equal([Math.min(...known(dots)), Math.max(...known(dots))]);
      }),
    );
  });

  it('keeps a stretch without values as a gap', () => {
    const dots = line([
      ...Array.from({ length: 1000 }, () => 1),
      ...Array.from({ length: 1000 }, () => null),
      ...Array.from({ length: 1000 }, () => 2),
    ]);
    expect(thin(dots, 100).some(([, value]) => value === null)).to.equal(true);
  });

  it('samples rows evenly with the last one', () => {
    expect(sampled([0, 1, 2, 3, 4, 5, 6, 7], 3)).to.deep.equal([0, 3, 6, 7]);
    expect(sampled([], 3)).to.deep.equal([]);
  });
});
