import { expect } from 'chai';
import fc from 'fast-check';
import { WindowedHistogram, WINDOW_MS } from '../../../src/telemetry/windowed-histogram.ts';

const counted = (histogram: WindowedHistogram, nowMs: number): number =>
  histogram.histogram(nowMs).counts.reduce((sum, count) => sum + count, 0);

describe('windowed histogram', () => {
  it('puts each value below the first bound that is not below it, and what is beyond all in the last; the promise is a bound', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100_000, noNaN: true }),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        (promiseMs, valueMs) => {
          const histogram = new WindowedHistogram(promiseMs);
          histogram.add(valueMs, 0);
          const { bounds, counts } = histogram.histogram(0);
          const place = bounds.findIndex((bound) => valueMs <= bound);
          expect(counts.indexOf(1)).to.equal(place < 0 ? bounds.length - 1 : place);
          expect(bounds).to.include(promiseMs).and.to.have.length.at.most(32);
          expect([...bounds].sort((a, b) => a - b)).to.deep.equal(bounds);
        },
      ),
    );
  });

  it('counts a value that is a bound to that bound, and the next above it to the next', () => {
    const bounds = new WindowedHistogram(50).histogram(0).bounds;
    for (const [place, bound] of bounds.slice(0, -1).entries()) {
      const histogram = new WindowedHistogram(50);
      histogram.add(bound, 0);
      histogram.add(bound * (1 + Number.EPSILON), 0);
      expect(histogram.histogram(0).counts.slice(place, place + 2)).to.deep.equal([1, 1]);
    }
  });

  it('remembers at least half a window and at most a whole one', () => {
    const histogram = new WindowedHistogram(50);
    histogram.add(10, 0);
    histogram.add(10, WINDOW_MS / 2 - 1);
    expect(counted(histogram, WINDOW_MS / 2)).to.equal(2);
    histogram.add(10, WINDOW_MS / 2);
    expect(counted(histogram, WINDOW_MS - 1)).to.equal(3);
    expect(counted(histogram, WINDOW_MS)).to.equal(1);
    expect(counted(histogram, 1.5 * WINDOW_MS)).to.equal(0);
  });

  it('forgets all after a silence, whenever it ends', () => {
    const histogram = new WindowedHistogram(50);
    histogram.add(10, 1000);
    histogram.add(20, 1000 + 10 * WINDOW_MS);
    expect(counted(histogram, 1000 + 10 * WINDOW_MS)).to.equal(1);
    expect(counted(histogram, 1000 + 20 * WINDOW_MS)).to.equal(0);
  });
});
