import { expect } from 'chai';
import fc from 'fast-check';
import { mannWhitney } from '../../../src/statistics/mann-whitney.ts';

const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Every way of dealing the values into two hands, by brute force. */
const bruteP = (a: readonly number[], b: readonly number[]): number => {
  const all = [...a, ...b];
  const excess = (hand: readonly number[], other: readonly number[]): number =>
    Math.abs(hand.reduce((sum, x) => sum + other.reduce((wins, y) => wins + Math.sign(y - x), 0), 0));
  const seen = excess(a, b);
  let [far, ways] = [0, 0];
  for (let mask = 0; mask < 1 << all.length; mask += 1) {
    const hand = all.filter((_, i) => (mask >> i) & 1);
    if (hand.length !== a.length) continue;
    ways += 1;
    const rest = all.filter((_, i) => !((mask >> i) & 1));
    if (excess(hand, rest) >= seen) far += 1;
  }
  return far / ways;
};

describe('mannWhitney', () => {
  it('has the p values of its tables for samples that do not overlap', () => {
    expect(mannWhitney(upTo(3), upTo(3, 9))).to.deep.equal({ pValue: 0.1, delta: 1 });
    expect(mannWhitney(upTo(4, 9), upTo(4)).pValue).to.be.closeTo(2 / 70, 1e-12);
    expect(mannWhitney(upTo(4, 9), upTo(4)).delta).to.equal(-1);
    expect(mannWhitney(upTo(8), upTo(8, 20)).pValue).to.be.closeTo(2 / 12_870, 1e-12);
  });

  it('is exact with ties: as counted by hand over all ways of dealing', () => {
    const value = fc.integer({ min: 0, max: 4 });
    const sample = fc.array(value, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(mannWhitney(a, b).pValue).to.be.closeTo(bruteP(a, b), 1e-12);
      }),
      { numRuns: 60 },
    );
  });

  it('goes over to the normal distribution without a jump', () => {
    const [a, b] = [upTo(30).map((x) => x * 2), upTo(30).map((x) => x * 2 + 9)];
    const exact = mannWhitney(a, b).pValue;
    expect(mannWhitney([...a, 30.5], b).pValue).to.be.closeTo(exact, 0.02);
    expect(mannWhitney(new Array<number>(40).fill(1), new Array<number>(40).fill(1))).to.deep.equal({ pValue: 1, delta: 0 });
  });

  it('needs values', () => {
    expect(() => mannWhitney([], [1])).to.throw(RangeError);
  });
});
