import { expect } from 'chai';
import fc from 'fast-check';
import { largestKept, type Bisected, type BisectionOptions } from '../../../../src/tuning/questions/bisection.ts';

const OPTIONS: BisectionOptions = { from: 1, growth: 1.5, least: 1 / 64, most: 64, tolerance: 0.02 };

/** The probe answers without asking for anything. */
function bisect(keeps: (load: number) => boolean): Bisected & { readonly tried: number[] } {
  const tried: number[] = [];
  const asking = largestKept(function* (load) {
    tried.push(load);
    yield* [];
    return keeps(load);
  }, OPTIONS);
  const end = asking.next();
  if (!end.done) throw new Error('nothing was to be asked for');
  return { ...end.value, tried };
}

describe('bisection of the largest load', () => {
  it('finds a threshold to within its tolerance, in few probes', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.017, max: 60, noNaN: true }), (threshold) => {
        const { kept, failed, tried } = bisect((load) => load <= threshold);
        expect(kept).to.be.at.most(threshold);
        expect(failed).to.be.above(threshold);
        expect(failed! / kept!).to.be.at.most(1.02 + 1e-12);
        expect(tried.length).to.be.below(25);
      }),
    );
  });

  it('never answers above a load that was seen to fail, asks for none twice, and ends whatever is kept', () => {
    const pieces = fc.array(fc.tuple(fc.double({ min: 0.01, max: 70, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pieces, (edges) => {
        const steps = [...edges].sort(([a], [b]) => a - b);
        const keeps = (load: number): boolean => steps.findLast(([edge]) => edge <= load)?.[1] ?? true;
        const { kept, failed, tried, probes } = bisect(keeps);
        expect(new Set(tried).size).to.equal(tried.length);
        expect(probes).to.equal(tried.length);
        for (const load of tried) expect(load).to.be.within(OPTIONS.least, OPTIONS.most);
        const below = tried.filter((load) => kept !== null && load <= kept);
        expect(below.every(keeps)).to.equal(true);
        if (failed !== null) expect(keeps(failed)).to.equal(false);
        if (failed === null) expect(kept).to.equal(OPTIONS.most);
        if (kept === null) expect(keeps(OPTIONS.least)).to.equal(false);
      }),
    );
  });

  it('lies below a gap that chance or a bad setting tears into a range that is kept', () => {
    const { kept } = bisect((load) => load <= 4 && !(load > 1.5 && load < 3.2));
    expect(kept).to.be.within(1.5 / 1.02, 1.5);
  });

  it('says when everything is kept, and when nothing is', () => {
    expect(bisect(() => true)).to.include({ kept: 64, failed: null });
    expect(bisect(() => false)).to.include({ kept: null, failed: 1 / 64 });
  });
});
