import { expect } from 'chai';
import fc from 'fast-check';
import { cheapestLayout, holdsOut, layoutW, type Choice, type LayoutQuestion } from '../../../../src/control/resize/layout.ts';
import { RESIZE_TUNABLES, type Demand } from '../../../../src/control/resize/plan.ts';
import { predictorOf } from '../../../fixtures/world/loads.ts';

const SETS = 12;
const question = (requestRatePerS: number, over: Partial<Demand> = {}): LayoutQuestion => ({
  demand: { requestRatePerS, meanPromptTokens: 1155, meanOutputTokens: 211, ...over },
  model: { predictors: { prefill: predictorOf('p0'), decode: predictorOf('d0') }, clocksMhz: [705, 1005, 1410], kvCapacityTokens: 450_000 },
  slo: { ttftMs: 1000, itlMs: 50 },
  tunables: RESIZE_TUNABLES,
});
const same = (perS: number) => ({ prefill: perS, decode: perS, aggregated: perS });
const choice = (peakPerS: number, aggregated = 0): Choice => ({
  peaks: same(peakPerS),
  most: { prefill: SETS - 1, decode: SETS - 1, aggregated },
  sets: SETS,
  restW: 0,
  least: { prefill: 1, decode: 1 },
});
const cheapest = (perS: number, over: Partial<Demand> = {}, aggregated = 0) =>
  cheapestLayout(question(perS, over), choice(perS, aggregated));

describe('layout of a fleet', () => {
  it('gives each phase the sets that its tokens need', () => {
    const [base, prompts, answers] = [
      cheapest(8)!.layout,
      cheapest(8, { meanPromptTokens: 3000 })!.layout,
      cheapest(8, { meanOutputTokens: 900 })!.layout,
    ];
    expect(prompts.prefill).to.be.above(base.prefill);
    expect(answers.decode).to.be.above(base.decode);
  });

  it('serves a light load on one set for both phases, and a heavy one on pairs', () => {
    expect(cheapest(0.5, {}, SETS)!.layout).to.deep.equal({ prefill: 0, decode: 0, aggregated: 1 });
    expect(cheapest(0.5)!.layout).to.deep.equal({ prefill: 1, decode: 1, aggregated: 0 });
    expect(cheapest(15, {}, SETS)!.layout.aggregated).to.equal(0);
  });

  it('serves nothing that no layout keeps the promise for', () => {
    expect(cheapest(1000)).to.equal(null);
    expect(layoutW({ prefill: 1, decode: 0, aggregated: 0 }, question(1))).to.equal(null);
  });

  it('keeps the promise at the peaks with headroom, never takes more sets than there are, and no neighbour is cheaper', () => {
    const rate = fc.double({ min: 0.05, max: 40, noNaN: true });
    const lengths = fc.record({
      meanPromptTokens: fc.integer({ min: 50, max: 4000 }),
      meanOutputTokens: fc.integer({ min: 10, max: 800 }),
    });
    fc.assert(
      fc.property(rate, fc.double({ min: 1, max: 2, noNaN: true }), lengths, fc.constantFrom(0, SETS), (perS, burst, over, aggregated) => {
        const asked = question(perS, over);
        const best = cheapestLayout(asked, choice(perS * burst, aggregated));
        if (best === null) return;
        const { layout, powerW } = best;
        expect(layout.prefill + layout.decode + layout.aggregated).to.be.at.most(SETS);
        expect(holdsOut(layout, asked, same(perS * burst))).to.equal(true);
        expect(powerW).to.be.closeTo(layoutW(layout, asked)!, 1e-6);
        for (const role of ['prefill', 'decode'] as const) {
          if (layout.aggregated > 0) continue;
          const fewer = { ...layout, [role]: layout[role] - 1 };
          const fewerW = holdsOut(fewer, asked, same(perS * burst)) ? layoutW(fewer, asked) : null;
          if (fewerW !== null) expect(fewerW).to.be.at.least(powerW - 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });
});
