import { expect } from 'chai';
import fc from 'fast-check';
import { histogramOf, histogramQuantile, mergeHistograms } from '../../../src/statistics/histogram.ts';
import { quantile } from '../../../src/statistics/quantile.ts';
import { summarise } from '../../../src/statistics/summary.ts';

const latencies = fc.array(fc.double({ min: 0, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 60 });
const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('properties of quantiles', () => {
  it('a quantile lies within the values and grows with its probability', () => {
    fc.assert(
      fc.property(latencies, probability, probability, (values, p, q) => {
        const [low, high] = [quantile(values, Math.min(p, q))!, quantile(values, Math.max(p, q))!];
        expect(low).to.be.at.most(high);
        expect(low).to.be.at.least(Math.min(...values));
        expect(high).to.be.at.most(Math.max(...values));
      }),
    );
  });

  it('a summary is ordered and does not depend on the order of the values', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const { p50, p90, p95, p99, max } = summarise(values);
        expect([p50, p90, p95, p99, max]).to.deep.equal([p50, p90, p95, p99, max].sort((a, b) => a! - b!));
        expect(summarise([...values].reverse()).p99).to.equal(p99);
      }),
    );
  });
});

describe('properties of histograms', () => {
  it('merging the histograms of two samples is the histogram of both', () => {
    fc.assert(
      fc.property(latencies, latencies, (a, b) => {
        expect(mergeHistograms(histogramOf(a), histogramOf(b))).to.deep.equal(histogramOf([...a, ...b]));
      }),
    );
  });

  it('counts every value once, below its bound and above the one before', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const { bounds, counts } = histogramOf(values);
        expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(values.length);
        counts.forEach((count, i) =>
          expect(values.filter((value) => value <= bounds[i]! && value > (bounds[i - 1] ?? -1)).length).to.equal(count),
        );
      }),
    );
  });

  it('its quantile is the nearest-rank one, 5 % off at most', () => {
    // 0.1 ms itself is in the first bucket, which reaches down to 0.
    const above = fc.array(fc.double({ min: 0.1, minExcluded: true, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(above, probability, (values, p) => {
        const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(p * values.length)) - 1]!;
        expect(Math.abs(histogramQuantile(histogramOf(values), p)! / exact - 1)).to.be.at.most(0.0501);
      }),
    );
  });
});
