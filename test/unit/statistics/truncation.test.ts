import { expect } from 'chai';
import { steepness } from '../../../src/statistics/trend.ts';
import { mser } from '../../../src/statistics/truncation.ts';
import { drawNormal } from '../../../src/statistics/draws.ts';
import { createRandom } from '../../../src/statistics/random.ts';

describe('truncation in front', () => {
  it('leaves out what is unlike the rest, and nothing of equal values', () => {
    expect(mser([0, 1, 5, 5, 5, 5, 5, 5], 4)).to.equal(2);
    expect(mser([5, 5, 5, 5], 2)).to.equal(0);
    expect(mser([0, 1, 5, 5, 5, 5, 5, 5], 1)).to.equal(1);
    expect(mser([], 0)).to.equal(0);
  });

  it('is the least of the plain formula', () => {
    const random = createRandom(1);
    for (let round = 0; round < 50; round += 1) {
      const values = Array.from({ length: 20 }, (_, i) => 1e6 + drawNormal(random, i < 5 ? 3 * (5 - i) : 0, 1));
      const errors = values.slice(0, 11).map((_, start) => {
        const rest = values.slice(start);
        const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
        return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
      });
      expect(mser(values, 10)).to.equal(errors.indexOf(Math.min(...errors)));
    }
  });
});

describe('trend', () => {
  it('a straight line rises by its slope over the whole, without doubt; a flat one does not', () => {
    const line = steepness([10, 11, 12, 13, 14]);
    expect(line.drift).to.be.closeTo(5 / 12, 1e-12);
    expect(line.pValue).to.equal(0);
    expect(steepness([7, 7, 7, 7])).to.deep.equal({ drift: 0, pValue: 1 });
    expect(steepness([1, 2])).to.deep.equal({ drift: 0, pValue: 1 });
  });

  /** First-order autoregressive noise about 100. */
  const series = (seed: number, correlation: number, rise = 0, length = 300): number[] => {
    const random = createRandom(seed);
    let noise = 0;
    return Array.from({ length }, (_, i) => {
      noise = correlation * noise + drawNormal(random, 0, 1);
      return 100 + noise + (rise * i) / length;
    });
  };
  const alarms = (correlation: number, rise: number): number =>
    Array.from({ length: 400 }, (_, seed) => steepness(series(seed, correlation, rise)).pValue < 0.05).filter(Boolean).length / 400;

  it('keeps to its level of 5 % with and without autocorrelation, and has power', () => {
    for (const correlation of [0, 0.5, 0.9]) expect(alarms(correlation, 0), `r = ${correlation}`).to.be.below(0.1);
    expect(alarms(0, 1)).to.be.above(0.9);
    expect(alarms(0.9, 20)).to.be.above(0.9);
  });
});
