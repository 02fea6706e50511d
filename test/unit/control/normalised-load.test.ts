import { expect } from 'chai';
import { clockNormalisedLoad, type CapacityView } from '../../../src/control/normalised-load.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { decodeLoadOf, prefillLoadOf } from '../../fixtures/loads.ts';

/** Prefill: 0.1 ms a token at 2000 MHz; decode: 10 ms and 0.5 ms a request. Twice that at half the clock. */
const predictor: Predictor = {
  clockRangeMhz: [500, 2000],
  evidence: 'validated',
  predict: ({ batch, tokens }, clockMhz) => ({
    latencyMs: (2000 / clockMhz) * (batch > 1 || tokens === 500 ? 10 + 0.5 * batch : 0.1 * tokens),
    powerW: 0,
    idleW: 0,
    errorPct: null,
    inRange: true,
  }),
};
const view = (changes: Partial<CapacityView> = {}): CapacityView => ({
  predictor,
  maxMhz: 2000,
  slo: { ttftMs: 500, itlMs: 60 },
  kvCapacityTokens: null,
  ...changes,
});

describe('clock-normalised load', () => {
  it('prefill: seconds of work at the maximum clock that arrive in a second', () => {
    const load = prefillLoadOf(3, { requestRatePerS: 4, meanPromptTokens: 1000 });
    expect(clockNormalisedLoad(load, view())).to.be.closeTo(0.4, 1e-12);
    expect(clockNormalisedLoad(load, view({ maxMhz: 1000 }))).to.be.closeTo(0.8, 1e-12);
  });

  it('prefill: beyond 1 when it cannot keep up', () => {
    expect(clockNormalisedLoad(prefillLoadOf(50, { requestRatePerS: 20, meanPromptTokens: 1000 }), view())).to.be.closeTo(2, 1e-12);
  });

  it('decode: requests of as many as keep the promise at the maximum clock, those on their way included', () => {
    // 10 + 0.5 x 100 = 60 ms.
    expect(clockNormalisedLoad(decodeLoadOf(25), view())).to.be.closeTo(0.25, 1e-12);
    expect(clockNormalisedLoad(decodeLoadOf(25, { incoming: 25, incomingTokens: 12_500 }), view())).to.be.closeTo(0.5, 1e-12);
    expect(clockNormalisedLoad(decodeLoadOf(150), view())).to.be.closeTo(1.5, 1e-12);
  });

  it('decode: of as many as fit, where KV room is the tighter bound', () => {
    expect(clockNormalisedLoad(decodeLoadOf(25), view({ kvCapacityTokens: 25_000 }))).to.be.closeTo(0.5, 1e-12);
  });

  it('is 0 where nothing runs, and finite where one request is too much already', () => {
    expect(clockNormalisedLoad(decodeLoadOf(0), view())).to.equal(0);
    expect(clockNormalisedLoad(prefillLoadOf(0), view())).to.equal(0);
    expect(clockNormalisedLoad(decodeLoadOf(3), view({ slo: { ttftMs: 1, itlMs: 1 }, kvCapacityTokens: 10 }))).to.equal(3);
  });
});
