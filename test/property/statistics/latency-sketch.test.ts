import { expect } from 'chai';
import fc from 'fast-check';
import { histogramOf } from '../../../src/statistics/histogram.ts';
import { LatencySketch, sketchOf } from '../../../src/statistics/latency-sketch.ts';
import { quantileSorted, sorted } from '../../../src/statistics/quantile.ts';

/** A bucket's width, and that of those below 0.1 ms. */
const BUCKET = 1.0049;
const LEAST_BUCKET_MS = 0.01;

const latencyMs = fc.oneof(
  fc.double({ min: 0, max: 900_000, noNaN: true }),
  fc.double({ min: 0, max: 50, noNaN: true }),
  fc.constantFrom(0, 0.1, 0.105, 50, 600_000),
);
const latencies = fc.array(latencyMs, { minLength: 1, maxLength: 300 });
const PS = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1];

const expectNear = (estimate: number, exact: number): void => {
  expect(estimate).to.be.at.most(Math.max(exact * BUCKET, exact + LEAST_BUCKET_MS) + 1e-9);
  expect(estimate).to.be.at.least(Math.min(exact / BUCKET, exact - LEAST_BUCKET_MS) - 1e-9);
};

const FIRST_BUCKET_MS = 0.1;

describe('properties of a latency sketch', () => {
  it('is off by one bucket at most, and exact at both ends', () => {
    fc.assert(
      fc.property(latencies, (all) => {
        // Beyond ten minutes all share one bucket.
        const values = all.map((value) => Math.min(value, 600_000));
        const sketch = sketchOf(values, 0);
        const ascending = sorted(values);
        for (const p of PS) expectNear(sketch.quantile(p)!, quantileSorted(ascending, p)!);
        expect(sketch.quantile(0)).to.equal(ascending[0]);
        expect(sketch.quantile(1)).to.equal(ascending.at(-1));
      }),
    );
  });

  it('is exact while few values are kept as they are', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const { p50, p90, p99, max } = sketchOf(values).summary();
        const ascending = sorted(values);
        expect([p50, p90, p99, max]).to.deep.equal([0.5, 0.9, 0.99, 1].map((p) => quantileSorted(ascending, p)));
      }),
    );
  });

  it('coarsens to the very histogram of its values, kept or in buckets', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values);
        expect(sketchOf(values, 0).histogram()).to.deep.equal(histogram);
        expect(sketchOf(values).histogram()).to.deep.equal(histogram);
      }),
    );
  });

  it('merges in any order and grouping to the same', () => {
    const merged = (...parts: readonly LatencySketch[]): LatencySketch => {
      const sum = new LatencySketch(40);
      for (const part of parts) sum.merge(part);
      return sum;
    };
    fc.assert(
      fc.property(latencies, latencies, latencies, fc.constantFrom(0, 40, 1000), (a, b, c, kept) => {
        const [x, y, z] = [sketchOf(a, kept), sketchOf(b, 40), sketchOf(c, 0)];
        const left = merged(merged(x, y), z);
        const right = merged(z, merged(y, x));
        expect(left.histogram()).to.deep.equal(right.histogram());
        expect(left.histogram()).to.deep.equal(histogramOf([...a, ...b, ...c]));
        // Off by a bucket at most, and the first one is 0.1 ms wide.
        for (const p of PS) expect(left.quantile(p)!).to.be.closeTo(right.quantile(p)!, 0.11 * right.quantile(p)! + FIRST_BUCKET_MS);
        expect([left.n, left.summary().max]).to.deep.equal([right.n, right.summary().max]);
        expect(left.summary().mean).to.be.closeTo(right.summary().mean!, 1e-6);
      }),
    );
  });

  it('takes a weight as so many values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(latencyMs, fc.integer({ min: 0, max: 5 })), { minLength: 1 }),
        fc.constantFrom(0, 1000),
        (pairs, kept) => {
          const weighted = new LatencySketch(kept);
          for (const [valueMs, count] of pairs) weighted.add(valueMs, count);
          const single = sketchOf(
            pairs.flatMap(([valueMs, count]) => new Array<number>(count).fill(valueMs)),
            kept,
          );
          expect(weighted.histogram()).to.deep.equal(single.histogram());
          expect(PS.map((p) => weighted.quantile(p))).to.deep.equal(PS.map((p) => single.quantile(p)));
        },
      ),
    );
  });
});
