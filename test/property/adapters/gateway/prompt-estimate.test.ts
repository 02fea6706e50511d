import { expect } from 'chai';
import fc from 'fast-check';
import { createPromptEstimator } from '../../../../src/adapters/gateway/prompt-estimate.ts';

describe('gateway: prompt estimate', () => {
  it('uses the first guess until it has learned', () => {
    expect(createPromptEstimator(5).estimate('m', 1000)).to.equal(200);
    expect(createPromptEstimator().estimate('m', 0)).to.equal(1);
  });

  it('comes within 5 % of a steady ratio after a hundred requests, whatever the first guess', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 12, noNaN: true }), fc.double({ min: 1, max: 12, noNaN: true }), (guess, truth) => {
        const estimator = createPromptEstimator(guess);
        for (let i = 1; i <= 100; i += 1) estimator.learn('m', 2000 + 37 * i, (2000 + 37 * i) / truth);
        expect(estimator.estimate('m', 100_000) / (100_000 / truth)).to.be.within(0.95, 1.05);
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
          estimator.learn('m', bytes, tokens);
          if (bytes > 0 && tokens > 0) ratios.push(bytes / tokens);
        }
        const estimate = estimator.estimate('m', 1e9);
        expect(estimate).to.be.at.least(Math.floor(1e9 / Math.max(...ratios) / 1.000001));
        expect(estimate).to.be.at.most(Math.ceil((1e9 / Math.min(...ratios)) * 1.000001));
      }),
    );
  });

  it('learns each model by itself, and says how far off its guesses were', () => {
    const estimator = createPromptEstimator(4);
    for (let i = 0; i < 200; i += 1) {
      estimator.learn('wide', 8000, 1000);
      estimator.learn('narrow', 2000, 1000);
    }
    expect(estimator.estimate('wide', 8000)).to.be.within(990, 1010);
    expect(estimator.estimate('narrow', 2000)).to.be.within(990, 1010);
    expect(estimator.estimate('never seen', 4000)).to.equal(1000);
    for (const quality of estimator.quality()) expect(quality.errorPct).to.be.within(0, 5);
    const shaken = createPromptEstimator(4);
    shaken.learn('m', 8000, 1000);
    expect(shaken.quality()[0]).to.include({ model: 'm', errorPct: 100, biasPct: 100, observations: 1 });
  });

  it('remembers a bounded number of models', () => {
    const estimator = createPromptEstimator(4);
    for (let i = 0; i < 10_000; i += 1) estimator.learn(`m${i}`, 4000, 1000);
    expect(estimator.quality().length).to.be.below(1000);
    expect(estimator.estimate('m9999', 4000)).to.equal(1000);
  });
});
