import { expect } from 'chai';
import fc from 'fast-check';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { energyBound, type BoundQuestion, type BoundedRole } from '../../../src/simulation/bound.ts';
import type { OfferedLoad } from '../../../src/simulation/offered-load.ts';

const CLOCKS_MHZ = [700, 1400];
const IDLE_W = { 700: 50, 1400: 80 } as Record<number, number>;
const BUSY_W = { 700: 150, 1400: 400 } as Record<number, number>;

/** An iteration takes 10 ms and 0.1 ms a request at 1400 MHz, twice that at 700; what it draws depends on the clock alone. */
const plain: Predictor = {
  clockRangeMhz: [700, 1400],
  evidence: 'emulated',
  predict: ({ batch }, clockMhz) => ({
    latencyMs: ((10 + 0.1 * batch) * 1400) / clockMhz,
    powerW: BUSY_W[clockMhz]!,
    idleW: IDLE_W[clockMhz]!,
    errorPct: null,
    inRange: true,
  }),
};

const role = (instances: number, predictor = plain): BoundedRole => ({ instances, predictor, clocksMhz: CLOCKS_MHZ, maxBatch: 200 });

const steady = (tokensPerS: number, requestsPerS = 1, sharing = 1): OfferedLoad => ({
  requests: requestsPerS * 10,
  promptTokens: requestsPerS * 1000,
  decodeTokens: tokensPerS * 10,
  contextTokens: 100,
  decodeTokensPerS: [tokensPerS],
  windowMs: 10_000,
  sharing: new Map([[sharing, requestsPerS * 10]]),
});

const question = (over: Partial<BoundQuestion> = {}): BoundQuestion => ({
  load: steady(1000),
  itlMs: 50,
  latestPrefillMs: 1000,
  prefill: role(1),
  decode: role(2),
  chunkTokens: 8192,
  spanMs: 10_000,
  ...over,
});

describe('the offline bound', () => {
  it('is idling at the lowest clock where nothing is asked', () => {
    const load = { ...steady(0, 0), requests: 0 };
    expect(energyBound(question({ load }))).to.deep.equal({ totalJ: 1500, idleJ: 1500, prefillJ: 0, decodeJ: 0, feasible: true });
  });

  it('serves a load that a slow instance carries on one slow instance', () => {
    // B = 1000/s x (20 + 0.2 B) ms: 25 requests, 25 ms; 100 W above idling at the lowest clock, for 10 s.
    expect(energyBound(question()).decodeJ).to.be.closeTo(1000, 1e-6);
  });

  it('wakes a second slow instance rather than run one fast, where that is cheaper', () => {
    // A slow one carries 150 requests of 50 ms at the most: 3000/s. Of 5500/s each of two carries half.
    expect(energyBound(question({ load: steady(5500) })).decodeJ).to.be.closeTo(2000, 1e-6);
  });

  it('goes back and forth between clocks where that is cheaper than either', () => {
    // 3000/s for 100 W, 200 every 30 ms for 350 W, and 4000/s in between.
    const part = (4000 - 3000) / (200_000 / 30 - 3000);
    expect(energyBound(question({ load: steady(4000) })).decodeJ).to.be.closeTo(10 * (100 + 250 * part), 1e-6);
  });

  it('runs fast where the ITL SLO leaves nothing else', () => {
    // Below 20 ms no slow batch exists; a fast one of 10 requests takes 11 ms, 350 W above idling.
    const fast = energyBound(question({ itlMs: 15 }));
    expect(fast.decodeJ).to.be.closeTo(3500, 1e-6);
    expect(fast.feasible).to.equal(true);
  });

  it('takes less than one running request for part of the time', () => {
    // One request alone yields 1000 / 20.2 tokens a second for 100 W.
    expect(energyBound(question({ load: steady(10) })).decodeJ).to.be.closeTo(10 * 20.2 * 0.1 * 10, 1e-6);
  });

  it('batches prompts as far as each can be shared', () => {
    // Slow and alone: 20.2 ms for 100 W above idling. Together with 49 others: 30 ms for all.
    expect(energyBound(question()).prefillJ).to.be.closeTo(10 * 0.0202 * 100, 1e-6);
    expect(energyBound(question({ load: steady(1000, 1, 50) })).prefillJ).to.be.closeTo((10 * 0.03 * 100) / 50, 1e-6);
    const sharing = new Map([
      [1, 4],
      [50, 6],
    ]);
    expect(energyBound(question({ load: { ...steady(1000), sharing } })).prefillJ).to.be.closeTo(
      4 * 0.0202 * 100 + (6 * 0.03 * 100) / 50,
      1e-6,
    );
  });

  it('says where no batch of prompts keeps up', () => {
    expect(energyBound(question({ load: steady(1000, 90) })).feasible).to.equal(true);
    expect(energyBound(question({ load: steady(1000, 110) })).feasible).to.equal(false);
  });

  it('says where no number of instances keeps the SLO, and still bounds the energy', () => {
    const { feasible, decodeJ } = energyBound(question({ load: steady(14_000) }));
    expect(feasible).to.equal(false);
    expect(decodeJ).to.be.above(0).and.below(Infinity);
  });

  it('never rises with a looser SLO, and never falls with more load', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 12, max: 80 }), (tokensPerS, itlMs) => {
        const at = (perS: number, ms: number) => energyBound(question({ load: steady(perS), itlMs: ms }));
        const [tight, loose, more] = [at(tokensPerS, itlMs), at(tokensPerS, itlMs + 10), at(tokensPerS * 1.1, itlMs)];
        if (tight.feasible) expect(loose.totalJ).to.be.at.most(tight.totalJ + 1e-6);
        if (tight.feasible && more.feasible) expect(more.totalJ).to.be.at.least(tight.totalJ - 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('lies below any stationary way to serve the load', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.constantFrom(1, 2), fc.constantFrom(...CLOCKS_MHZ), (batch, awake, clockMhz) => {
        const { latencyMs, powerW } = plain.predict({ batch, tokens: 0 }, clockMhz);
        fc.pre(latencyMs <= 50);
        const bound = energyBound(question({ load: steady((awake * batch * 1000) / latencyMs) }));
        expect(bound.decodeJ).to.be.at.most(awake * (powerW - 50) * 10 + 1e-6);
      }),
    );
  });
});
