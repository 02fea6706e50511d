import { expect } from 'chai';
import { histogramOf, histogramQuantile, mergeHistograms } from '../../../src/statistics/histogram.ts';

describe('histogram', () => {
  it('puts a value into the first bucket whose bound is not below it', () => {
    const { bounds, counts } = histogramOf([0, 0.1, 0.1001]);
    expect(bounds).to.deep.equal([0.1, 0.105]);
    expect(counts).to.deep.equal([2, 1]);
  });

  it('keeps buckets up to the last one that holds something, and none when empty', () => {
    const { bounds, counts } = histogramOf([50]);
    expect(counts.at(-1)).to.equal(1);
    expect(bounds.at(-1))
      .to.be.at.least(50)
      .and.below(50 * 1.05);
    expect(histogramOf([])).to.deep.equal({ unit: 'ms', bounds: [], counts: [] });
  });

  it('covers ten minutes, and counts what is beyond in its last bucket', () => {
    expect(histogramOf([600_000]).bounds.at(-1)).to.be.at.least(600_000);
    expect(histogramOf([1e9])).to.deep.equal(histogramOf([600_000]));
  });

  it('refuses what is not a latency', () => {
    expect(() => histogramOf([NaN])).to.throw(RangeError);
    expect(() => histogramOf([-1])).to.throw(RangeError, '-1');
  });

  it('refuses to merge other bounds', () => {
    expect(() => mergeHistograms(histogramOf([1]), { unit: 'ms', bounds: [1, 2], counts: [1, 1] })).to.throw(RangeError);
  });

  it('has no quantile when empty', () => {
    expect(histogramQuantile(histogramOf([]), 0.5)).to.equal(null);
  });
});
