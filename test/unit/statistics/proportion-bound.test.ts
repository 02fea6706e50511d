import { expect } from 'chai';
import { clusteredBound, exactBound } from '../../../src/statistics/proportion-bound.ts';

const blocks = (...counts: readonly (readonly [number, number])[]) => counts.map(([met, of]) => ({ met, of }));

describe('bounds of a fraction', () => {
  /** Chance of at most `met` of `of`, summed up. */
  const atMost = (met: number, of: number, part: number): number => {
    let [term, total] = [(1 - part) ** of, 0];
    for (let k = 0; k <= met; k += 1) {
      total += term;
      term *= ((of - k) / (k + 1)) * (part / (1 - part));
    }
    return total;
  };

  it("are Clopper and Pearson's for independent members", () => {
    const { lower, upper } = exactBound(95, 100, 0.95);
    expect(atMost(95, 100, upper)).to.be.closeTo(0.05, 1e-9);
    expect(1 - atMost(94, 100, lower)).to.be.closeTo(0.05, 1e-9);
  });

  it('know how little no miss says', () => {
    const { lower, upper } = exactBound(300, 300, 0.95);
    expect(lower).to.be.closeTo(0.05 ** (1 / 300), 1e-9);
    expect(upper).to.equal(1);
  });

  it('know how little no hit says', () => {
    const { lower, upper } = exactBound(0, 300, 0.95);
    expect(lower).to.equal(0);
    expect(upper).to.be.closeTo(1 - 0.05 ** (1 / 300), 1e-9);
  });

  it('of many members are near the normal ones', () => {
    const { lower } = exactBound(99_000, 100_000, 0.95);
    expect(lower).to.be.closeTo(0.99 - 1.645 * Math.sqrt((0.99 * 0.01) / 100_000), 2e-5);
  });

  it('say nothing from one cluster, and nothing from none', () => {
    expect(clusteredBound(blocks([100, 100]), 0.95)).to.deep.equal({ lower: 0, upper: 1 });
    expect(clusteredBound([], 0.95)).to.deep.equal({ lower: 0, upper: 1 });
    expect(clusteredBound(blocks([100, 100], [0, 0]), 0.95)).to.deep.equal({ lower: 0, upper: 1 });
  });

  it('of clusters in which all share one fate count clusters, not members', () => {
    const alike = clusteredBound(blocks([100, 100], [100, 100], [0, 100], [100, 100], [100, 100], [0, 100], [100, 100], [100, 100]), 0.95);
    const eight = exactBound(6, 8, 0.95);
    expect(alike.lower).to.be.at.most(eight.lower + 0.02);
    expect(alike.lower).to.be.above(eight.lower - 0.15);
  });

  it('of clusters without a miss are those of their members', () => {
    expect(clusteredBound(blocks([50, 50], [70, 70], [30, 30]), 0.95)).to.deep.equal(exactBound(150, 150, 0.95));
  });

  it('refuse what is no confidence', () => {
    expect(() => clusteredBound(blocks([1, 2], [1, 2]), 0.5)).to.throw(RangeError, 'got 0.5');
    expect(() => clusteredBound(blocks([1, 2], [1, 2]), 1)).to.throw(RangeError, 'got 1');
  });
});
