import { expect } from 'chai';
import fc from 'fast-check';
import { createPromptEstimator } from '../../../../src/adapters/gateway/prompt-estimate.ts';

describe('gateway: prompt estimate', () => {
  it('uses the first guess until it has learned', () => {
    expect(createPromptEstimator(5).estimate(1000)).to.equal(200);
    expect(createPromptEstimator().estimate(0)).to.equal(1);
  });

  it('comes within 5 % of a steady ratio after a hundred requests, whatever the first guess', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 12, noNaN: true }), fc.double({ min: 1, max: 12, noNaN: true }), (guess, truth) => {
        const estimator = createPromptEstimator(guess);
        for (let i = 1; i <= 100; i += 1) estimator.learn(2000 + 37 * i, (2000 + 37 * i) / truth);
        expect(estimator.estimate(100_000) / (100_000 / truth)).to.be.within(0.95, 1.05);
      }),
    );
  });

  it('stays between the extremes that it has seen, and ignores nonsense', () => {
    const observation = fc.tuple(fc.integer({ min: -5, max: 100_000 }), fc.integer({ min: -5, max: 50_000 }));
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 60 }), (observations) => {
        const estimator = createPromptEstimator(4);
        const ratios = [4];
        for (const [bytes, tokens] of observations) {
          estimator.learn(bytes, tokens);
          if (bytes > 0 && tokens > 0) ratios.push(bytes / tokens);
        }
        const estimate = estimator.estimate(1e9);
        expect(estimate).to.be.at.least(Math.floor(1e9 / Math.max(...ratios) / 1.000001));
        expect(estimate).to.be.at.most(Math.ceil((1e9 / Math.min(...ratios)) * 1.000001));
      }),
    );
  });
});
