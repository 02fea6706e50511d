import { expect } from 'chai';
import fc from 'fast-check';
import { drawExponential, drawGamma, drawIndex, drawNormal } from '../../../src/statistics/draws.ts';
import { createRandom, type Uniform } from '../../../src/statistics/random.ts';

const N = 20_000;
const take = (random: Uniform, n: number): number[] => Array.from({ length: n }, () => random.next());
const seeds = fc.maxSafeInteger();

const moments = (draw: () => number): { mean: number; variance: number } => {
  const values = Array.from({ length: N }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / N;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N };
};

describe('createRandom', () => {
  it('repeats itself by seed, differs between seeds and stays in [0, 1)', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        const values = take(createRandom(a), 20);
        expect(take(createRandom(a), 20)).to.deep.equal(values);
        if (a !== b) expect(take(createRandom(b), 20)).to.not.deep.equal(values);
        values.forEach((value) => expect(value).to.be.at.least(0).and.below(1));
      }),
    );
  });

  it('forks depend on seed and name, not on what was drawn before', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), fc.string(), (seed, drawn, name) => {
        const used = createRandom(seed);
        take(used, drawn);
        expect(take(used.fork(name), 5)).to.deep.equal(take(createRandom(seed).fork(name), 5));
        expect(take(used.fork(name), 5)).to.not.deep.equal(take(createRandom(seed).fork(`${name}x`), 5));
      }),
    );
  });

  it('is uniform: twenty bins hold a twentieth each', () => {
    const bins = new Array<number>(20).fill(0);
    for (const value of take(createRandom(1), N)) bins[Math.floor(value * 20)]! += 1;
    bins.forEach((count) => expect(count).to.be.within(850, 1150));
  });

  it('streams of neighbouring seeds and of forks do not correlate', () => {
    const correlation = (a: number[], b: number[]): number => (12 * a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0)) / N;
    const base = take(createRandom(1), N);
    expect(Math.abs(correlation(base, take(createRandom(2), N)))).to.be.below(0.03);
    expect(Math.abs(correlation(base, take(createRandom(1).fork('lengths'), N)))).to.be.below(0.03);
  });

  it('refuses a seed that is no integer', () => {
    for (const seed of [NaN, 1.5, Infinity]) expect(() => createRandom(seed)).to.throw(RangeError, String(seed));
  });
});

describe('draws', () => {
  it('exponential: mean m, variance m^2', () => {
    const random = createRandom(3);
    const { mean, variance } = moments(() => drawExponential(random, 5));
    expect(mean).to.be.closeTo(5, 0.15);
    expect(variance).to.be.closeTo(25, 2.5);
  });

  it('normal: mean and standard deviation', () => {
    const random = createRandom(4);
    const { mean, variance } = moments(() => drawNormal(random, -2, 3));
    expect(mean).to.be.closeTo(-2, 0.1);
    expect(variance).to.be.closeTo(9, 0.4);
  });

  for (const shape of [0.25, 0.5, 1, 2, 10])
    it(`gamma of shape ${shape}: the mean asked for, variance mean^2 / shape`, () => {
      const random = createRandom(5);
      const { mean, variance } = moments(() => drawGamma(random, shape, 4));
      expect(mean).to.be.closeTo(4, 0.3);
      expect(variance / (16 / shape)).to.be.closeTo(1, 0.15);
    });

  it('gamma refuses a shape or mean that is not positive', () => {
    for (const [shape, mean] of [
      [0, 1],
      [1, 0],
      [-1, 1],
      [NaN, 1],
      [1, Infinity],
    ] as const)
      expect(() => drawGamma(createRandom(1), shape, mean)).to.throw(RangeError);
  });

  it('an index stays below its limit', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 1000 }), (seed, below) => {
        expect(drawIndex(createRandom(seed), below)).to.be.within(0, below - 1);
      }),
    );
  });
});
