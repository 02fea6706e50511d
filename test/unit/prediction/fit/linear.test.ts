import { expect } from 'chai';
import { combined, fitNonNegative } from '../../../../src/prediction/fit/linear.ts';

type Load = readonly [batch: number, tokens: number];
const LOADS: readonly Load[] = [
  [4, 4096],
  [24, 12_288],
  [24, 49_152],
  [40, 40_960],
  [64, 81_920],
];
const fitTo = (value: (batch: number, tokens: number) => number, loads = LOADS, weights = loads.map(() => 1)): number[] =>
  fitNonNegative({
    features: loads.map(([batch, tokens]) => [batch, tokens, 1]),
    values: loads.map(([batch, tokens]) => value(batch, tokens)),
    weights,
  });

describe('the non-negative linear fit', () => {
  it('recovers a linear truth whose coefficients lie five orders of magnitude apart', () => {
    const [perSequence, perToken, constant] = fitTo((batch, tokens) => 0.08 * batch + 0.00012 * tokens + 10);
    expect(perSequence).to.be.closeTo(0.08, 1e-7);
    expect(perToken).to.be.closeTo(0.00012, 1e-10);
    expect(constant).to.be.closeTo(10, 1e-5);
  });

  it('is never negative, where plain least squares would be', () => {
    expect(fitTo((batch, tokens) => 50 - 0.2 * batch + 0.0001 * tokens)[0]).to.equal(0);
    const throughNothing = fitTo((batch, tokens) => 0.3 * batch + 0.0002 * tokens - 1);
    expect(throughNothing[2]).to.equal(0);
    expect(throughNothing[0]).to.be.above(0);
  });

  it('makes nothing of a feature that is always 0', () => {
    const coefficients = fitNonNegative({
      features: [
        [0, 256, 1],
        [0, 768, 1],
        [0, 6144, 1],
      ],
      values: [15.8, 41.4, 310.2],
      weights: [1, 1, 1],
    });
    expect(coefficients[0]).to.equal(0);
    expect(coefficients[1]).to.be.closeTo(0.05, 1e-7);
    expect(coefficients[2]).to.be.closeTo(3, 1e-4);
  });

  it('meets one sample, equal ones, and loads that cannot tell its coefficients apart', () => {
    const single: readonly Load[] = [[8, 8192]];
    const oneContext: readonly Load[] = [
      [4, 4096],
      [16, 16_384],
      [64, 65_536],
    ];
    for (const loads of [single, [...single, ...single], oneContext, oneContext.slice(0, 2)]) {
      const value = (batch: number, tokens: number): number => 0.1 * batch + 0.0001 * tokens + 10;
      const coefficients = fitTo(value, loads);
      for (const [batch, tokens] of loads) expect(combined(coefficients, [batch, tokens, 1])).to.be.closeTo(value(batch, tokens), 1e-4);
    }
  });

  it('is right in percent at small loads too, where plain least squares serves the largest', () => {
    const loads = [256, 768, 1792, 3584, 6144].map((tokens) => [0, tokens] as const);
    const value = (_: number, tokens: number): number => 0.05 * tokens + 30 * (1 - Math.exp(-tokens / 1500));
    const coefficients = fitTo(value, loads);
    const errors = loads.map(([, tokens]) => Math.abs(combined(coefficients, [0, tokens, 1]) / value(0, tokens) - 1));
    expect(Math.max(...errors)).to.be.below(0.1);
  });

  it('leaves out what has no weight, and serves what has more', () => {
    const spoilt = (batch: number, tokens: number): number => (batch === 40 ? 500 : 0.08 * batch + 0.00012 * tokens + 10);
    const [, , constant] = fitTo(spoilt, LOADS, [1, 1, 1, 0, 1]);
    expect(constant).to.be.closeTo(10, 1e-5);
    const missAt40 = (weight: number): number => Math.abs(combined(fitTo(spoilt, LOADS, [1, 1, 1, weight, 1]), [40, 40_960, 1]) / 500 - 1);
    expect(missAt40(100)).to.be.below(missAt40(1));
  });
});
