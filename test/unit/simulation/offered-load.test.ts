import { expect } from 'chai';
import fc from 'fast-check';
import { offeredLoad } from '../../../src/simulation/offered-load.ts';

const SLO = { ttftMs: 800, itlMs: 50 };
const request = (arrivalMs: number, promptTokens: number, maxTokens: number) => ({
  id: `r${arrivalMs}`,
  arrivalMs,
  promptTokens,
  maxTokens,
});

describe('the load that a schedule offers', () => {
  it('is nothing for an empty schedule', () => {
    const load = offeredLoad([], SLO, 1000);
    expect(load).to.deep.include({
      requests: 0,
      promptTokens: 0,
      outputTokens: 0,
      contextTokens: 0,
      outputTokensPerS: [],
      requestsPerS: [],
    });
  });

  it('has the tokens of a request due from its arrival on, one each ITL SLO', () => {
    // 40 tokens of 50 ms each from 1500 ms on: half a second in the second window, all of the third, half of the fourth.
    const load = offeredLoad([request(1500, 100, 40)], SLO, 1000);
    expect(load.outputTokensPerS).to.deep.equal([0, 10, 20, 10]);
    expect(load.requestsPerS).to.deep.equal([0, 1, 0, 0]);
  });

  it('weighs contexts by the tokens that are written in them', () => {
    // The first holds 100 + 10 on average over 20 tokens, the second 1000 + 30 over 60.
    const { contextTokens } = offeredLoad([request(0, 100, 20), request(0, 1000, 60)], SLO, 1000);
    expect(contextTokens).to.be.closeTo((20 * 110 + 60 * 1030) / 80, 1e-9);
  });

  it('loses no token, however the windows lie', () => {
    const requests = fc.array(fc.tuple(fc.nat(60_000), fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 2000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(requests, fc.integer({ min: 100, max: 20_000 }), (all, windowMs) => {
        const load = offeredLoad(
          all.map(([at, prompt, output]) => request(at, prompt, output)),
          SLO,
          windowMs,
        );
        const due = load.outputTokensPerS.reduce((sum, perS) => sum + (perS * windowMs) / 1000, 0);
        expect(due).to.be.closeTo(load.outputTokens, 1e-6 * load.outputTokens);
        const arrived = load.requestsPerS.reduce((sum, perS) => sum + (perS * windowMs) / 1000, 0);
        expect(arrived).to.be.closeTo(load.requests, 1e-6 * load.requests);
      }),
    );
  });
});
