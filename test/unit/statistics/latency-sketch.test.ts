import { expect } from 'chai';
import { LatencySketch, sketchOf } from '../../../src/statistics/latency-sketch.ts';

describe('LatencySketch', () => {
  it('goes on in buckets when more values come than it keeps', () => {
    const values = Array.from({ length: 70_000 }, (_, i) => 1 + i / 100);
    const { mean, p50, p99, max, n } = sketchOf(values).summary();
    expect(n).to.equal(70_000);
    expect([mean, max]).to.deep.equal([1 + 69_999 / 200, 1 + 69_999 / 100]);
    expect(p50! / (1 + 34_999.5 / 100)).to.be.within(0.9951, 1.0049);
    expect(p99! / (1 + 0.99 * 699.99)).to.be.within(0.9951, 1.0049);
  });

  it('keeps one value that comes a million times as one', () => {
    const sketch = new LatencySketch(1);
    for (let i = 0; i < 1000; i++) sketch.add(20.125, 1000);
    expect(sketch.summary()).to.deep.equal({ mean: 20.125, p50: 20.125, p90: 20.125, p95: 20.125, p99: 20.125, max: 20.125, n: 1_000_000 });
  });

  it('holds its mean when a large sum meets small values', () => {
    const sketch = new LatencySketch(0);
    sketch.add(1e15);
    for (let i = 0; i < 10_000; i++) sketch.add(0.1);
    expect(sketch.summary().mean! * 10_001 - 1e15).to.be.closeTo(1000, 1);
  });

  it('is null when empty, and refuses what is no latency and no probability', () => {
    const empty = new LatencySketch();
    expect(empty.quantile(0.5)).to.equal(null);
    expect(empty.summary()).to.deep.equal({ mean: null, p50: null, p90: null, p95: null, p99: null, max: null, n: 0 });
    expect(() => empty.add(NaN)).to.throw(RangeError);
    expect(() => empty.add(-1)).to.throw(RangeError, '-1');
    expect(() => empty.quantile(1.1)).to.throw(RangeError);
  });

  it('leaves the sketch that it merges as it was', () => {
    const [sum, part] = [sketchOf([1, 2, 3]), sketchOf([4, 5])];
    sum.merge(part);
    expect([sum.n, sum.quantile(0.5), part.n]).to.deep.equal([5, 3, 2]);
  });
});
