import { expect } from 'chai';
import { quantile, quantileSorted } from '../../../src/statistics/quantile.ts';
import { summarise } from '../../../src/statistics/summary.ts';

describe('quantile', () => {
  it('interpolates linearly between the closest ranks, in any order of the values', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).to.equal(2.5);
    expect(quantile([10, 0], 0.9)).to.equal(9);
    expect(quantile([3, 1, 2], 0)).to.equal(1);
    expect(quantile([3, 1, 2], 1)).to.equal(3);
  });

  it('sorts numbers as numbers and leaves the list alone', () => {
    const values = [100, 9, 20];
    expect(quantile(values, 0.5)).to.equal(20);
    expect(values).to.deep.equal([100, 9, 20]);
  });

  it('is null without values and refuses NaN and impossible probabilities', () => {
    expect(quantile([], 0.5)).to.equal(null);
    expect(() => quantile([1, NaN, 2], 0.5)).to.throw(RangeError, 'NaN');
    expect(() => quantileSorted([1], 1.1)).to.throw(RangeError, '1.1');
    expect(() => quantileSorted([1], NaN)).to.throw(RangeError);
  });
});

describe('summarise', () => {
  it('gives mean, quantiles, maximum and count', () => {
    const values = Array.from({ length: 101 }, (_, i) => 100 - i);
    expect(summarise(values)).to.deep.equal({ mean: 50, p50: 50, p90: 90, p95: 95, p99: 99, max: 100, n: 101 });
  });

  it('is null, not zero, without values', () => {
    expect(summarise([])).to.deep.equal({ mean: null, p50: null, p90: null, p95: null, p99: null, max: null, n: 0 });
  });
});
