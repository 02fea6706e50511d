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
    const load = offeredLoad([], SLO);
    expect(load).to.deep.include({
      requests: 0,
      promptTokens: 0,
      decodeTokens: 0,
      contextTokens: 0,
      decodeTokensPerS: [],
    });
  });

  it('has the tokens of a request due from its arrival on, one each ITL SLO', () => {
    // After the first, 20 tokens of 50 ms each from 750 ms on: half of the second window, all of the third, half of the fourth.
    const { decodeTokensPerS, windowMs } = offeredLoad([request(750, 100, 21)], SLO);
    expect(windowMs).to.equal(500);
    expect(decodeTokensPerS).to.deep.equal([0, 10, 20, 10]);
  });

  it('weighs contexts by the tokens that are written in them', () => {
    // The first holds 100 + 10 on average over 19 gaps, the second 1000 + 30 over 59.
    const { contextTokens } = offeredLoad([request(0, 100, 20), request(0, 1000, 60)], SLO);
    expect(contextTokens).to.be.closeTo((19 * 110 + 59 * 1030) / 78, 1e-9);
  });

  it('lets prompts share an iteration that none of them is too late for', () => {
    // The third comes when the first is late already, but the second is not; the last one is alone.
    const load = offeredLoad(
      [0, 500, 1000, 5000].map((at) => request(at, 100, 1)),
      SLO,
    );
    expect([...load.sharing]).to.deep.equal([
      [2, 3],
      [1, 1],
    ]);
  });

  it('lets a long prompt wait for as long as it was promised', () => {
    const load = offeredLoad([request(0, 9000, 1), request(1000, 100, 1), request(2500, 100, 1)], SLO, (tokens) =>
      tokens > 1000 ? 2000 : 800,
    );
    expect([...load.sharing]).to.deep.equal([
      [2, 2],
      [1, 1],
    ]);
  });

  it('loses no token and no request', () => {
    const requests = fc.array(fc.tuple(fc.nat(60_000), fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 2000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(requests, (all) => {
        const schedule = all.map(([at, prompt, output]) => request(at, prompt, output)).sort((a, b) => a.arrivalMs - b.arrivalMs);
        const load = offeredLoad(schedule, SLO);
        const due = load.decodeTokensPerS.reduce((sum, perS) => sum + (perS * load.windowMs) / 1000, 0);
        expect(due).to.be.closeTo(load.decodeTokens, 1e-6 * load.decodeTokens);
        expect([...load.sharing.values()].reduce((sum, count) => sum + count, 0)).to.equal(load.requests);
      }),
    );
  });
});
