import { expect } from 'chai';
import { fitLinear, type LinearSample } from '../../../../src/prediction/fit/linear.ts';

const LOADS = [
  [4, 4096],
  [24, 12_288],
  [24, 49_152],
  [40, 40_960],
  [64, 81_920],
] as const;
const sampled = (value: (batch: number, tokens: number) => number, loads: readonly (readonly [number, number])[] = LOADS): LinearSample[] =>
  loads.map(([batch, tokens]) => ({ batch, tokens, value: value(batch, tokens) }));

describe('the linear fit', () => {
  it('recovers a linear truth whose coefficients lie five orders of magnitude apart', () => {
    const { perSequence, perToken, constant } = fitLinear(sampled((batch, tokens) => 0.08 * batch + 0.00012 * tokens + 10));
    expect(perSequence).to.be.closeTo(0.08, 1e-8);
    expect(perToken).to.be.closeTo(0.00012, 1e-11);
    expect(constant).to.be.closeTo(10, 1e-6);
  });

  it('is never negative, where plain least squares would be', () => {
    const shrinking = fitLinear(sampled((batch, tokens) => 50 - 0.2 * batch + 0.0001 * tokens));
    expect(shrinking.perSequence).to.equal(0);
    const throughNothing = fitLinear(sampled((batch, tokens) => 0.3 * batch + 0.0002 * tokens - 1));
    expect(throughNothing.constant).to.equal(0);
    expect(throughNothing.perSequence).to.be.above(0);
  });

  it('leaves a batch that never varied to the constant', () => {
    const alone = [
      [1, 256],
      [1, 768],
      [1, 1792],
      [1, 6144],
    ] as const;
    const { perSequence, perToken, constant } = fitLinear(sampled((batch, tokens) => 5 * batch + 0.05 * tokens + 3, alone));
    expect(perSequence).to.equal(0);
    expect(perToken).to.be.closeTo(0.05, 1e-9);
    expect(constant).to.be.closeTo(8, 1e-6);
  });

  it('makes a constant of one sample, and of equal ones', () => {
    const { perSequence, perToken, constant } = fitLinear([{ batch: 8, tokens: 8192, value: 14 }]);
    expect([perSequence, perToken]).to.deep.equal([0, 0]);
    expect(constant).to.be.closeTo(14, 1e-6);
    expect(
      fitLinear(
        sampled(
          () => 14,
          [
            [8, 8192],
            [8, 8192],
          ],
        ),
      ).constant,
    ).to.be.closeTo(14, 1e-6);
  });

  it('meets loads that cannot tell its coefficients apart', () => {
    const twoPoints = [
      [4, 64],
      [24, 24_576],
    ] as const;
    const oneContext = [
      [4, 4096],
      [16, 16_384],
      [64, 65_536],
    ] as const;
    for (const loads of [twoPoints, oneContext]) {
      for (const samples of [sampled(() => 14, loads), sampled((batch, tokens) => 0.1 * batch + 0.0001 * tokens + 10, loads)]) {
        const { perSequence, perToken, constant } = fitLinear(samples);
        for (const { batch, tokens, value } of samples)
          expect(perSequence * batch + perToken * tokens + constant).to.be.closeTo(value, 1e-5);
      }
    }
  });

  it('is right in percent at small loads too, where plain least squares serves the largest', () => {
    const saturating = sampled(
      (_, tokens) => 0.05 * tokens + 30 * (1 - Math.exp(-tokens / 1500)),
      [
        [1, 256],
        [1, 768],
        [1, 1792],
        [1, 3584],
        [1, 6144],
      ],
    );
    const { perToken, constant } = fitLinear(saturating);
    const errors = saturating.map(({ tokens, value }) => Math.abs((perToken * tokens + constant) / value - 1));
    expect(Math.max(...errors)).to.be.below(0.1);
  });
});
