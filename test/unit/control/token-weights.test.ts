import { expect } from 'chai';
import { tokenWeights } from '../../../src/control/token-weights.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';

const always = (latencyMs: number, powerW: number): Predictor => ({
  clockRangeMhz: [500, 2000],
  evidence: 'validated',
  predict: () => ({ latencyMs, powerW, idleW: 100, errorPct: null, inRange: true }),
});

describe('token weights', () => {
  it('are joules beyond idling per token of a prompt, and of a batch', () => {
    const { prefill, decode } = tokenWeights(always(102.4, 600), always(32, 300), 2000);
    expect(prefill).to.be.closeTo((0.1024 * 500) / 1024, 1e-12);
    expect(decode).to.be.closeTo((0.032 * 200) / 16, 1e-12);
  });

  it('count tokens alike where the predictor sees no dynamic energy', () => {
    expect(tokenWeights(always(10, 600), always(10, 90), 2000)).to.deep.equal({ prefill: 1, decode: 1 });
  });
});
