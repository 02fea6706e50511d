import { expect } from 'chai';
import fc from 'fast-check';
import { RESIZE_TUNABLES, wantedSize, type Archetypes, type Demand } from '../../../../src/control/resize/plan.ts';
import { predictorOf } from '../../../fixtures/world/loads.ts';

const archetypes: Archetypes = {
  prefill: { predictor: predictorOf('p0'), maxMhz: 1410, kvCapacityTokens: null },
  decode: { predictor: predictorOf('d0'), maxMhz: 1410, kvCapacityTokens: 450_000 },
};
const slo = { ttftMs: 1000, itlMs: 50 };
const plenty = { prefill: 64, decode: 64 };
const demand = (requestRatePerS: number, over: Partial<Demand> = {}): Demand => ({
  requestRatePerS,
  meanPromptTokens: 1155,
  meanOutputTokens: 211,
  ...over,
});
const wanted = (asked: Demand, available = plenty, itlMs = slo.itlMs) =>
  wantedSize(asked, archetypes, { ...slo, itlMs }, available, RESIZE_TUNABLES);

describe('wanted fleet size', () => {
  it('wants the least fleet while nothing comes, and never more than there are', () => {
    expect(wanted(demand(0))).to.deep.equal({ prefill: 1, decode: 1 });
    expect(wanted(demand(1000), { prefill: 3, decode: 5 })).to.deep.equal({ prefill: 3, decode: 5 });
  });

  it('follows what each phase needs: long prompts want prefill, long answers decode', () => {
    const base = wanted(demand(20));
    expect(wanted(demand(20, { meanPromptTokens: 4000 })).prefill).to.be.above(base.prefill);
    expect(wanted(demand(20, { meanOutputTokens: 800 })).decode).to.be.above(base.decode);
  });

  it('keeps KV room for what runs at once', () => {
    const tight = { ...archetypes, decode: { ...archetypes.decode, kvCapacityTokens: 20_000 } };
    expect(wantedSize(demand(20), tight, slo, plenty, RESIZE_TUNABLES).decode).to.be.above(wanted(demand(20)).decode);
  });

  it('more demand never wants fewer, and a looser promise never more', () => {
    const rate = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(rate, fc.double({ min: 1, max: 3, noNaN: true }), fc.integer({ min: 20, max: 80 }), (perS, factor, itlMs) => {
        const [less, more, loose] = [
          wanted(demand(perS), plenty, itlMs),
          wanted(demand(perS * factor), plenty, itlMs),
          wanted(demand(perS), plenty, itlMs * factor),
        ];
        expect(more.prefill).to.be.at.least(less.prefill);
        expect(more.decode).to.be.at.least(less.decode);
        expect(loose.decode).to.be.at.most(less.decode);
      }),
      { numRuns: 100 },
    );
  });
});
