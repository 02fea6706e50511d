import { expect } from 'chai';
import fc from 'fast-check';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { iterationTime } from '../../../src/prediction/analytic/latency.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../../src/prediction/analytic/work.ts';
import { CLOCKS_MHZ, deviceOf } from '../../fixtures/devices.ts';

/** Devices by the card and with drawn personalities, of 1, 2 and 4 GPUs. */
const devices = fc.record({ tp: fc.constantFrom(1, 2, 4), seed: fc.option(fc.nat(), { nil: undefined }) }).map(deviceOf);
const decodes = fc
  .record({ batch: fc.integer({ min: 1, max: 600 }), context: fc.integer({ min: 1, max: 8000 }) })
  .map(({ batch, context }) => decodeWork(batch, batch * context));
const chunk = fc.record({ newTokens: fc.integer({ min: 1, max: 8192 }), pastTokens: fc.integer({ min: 0, max: 8192 }) });
const prefills = fc.array(chunk, { minLength: 1, maxLength: 4 }).map(prefillWork);
const works: fc.Arbitrary<IterationWork> = fc.oneof(decodes, prefills);
const clock = fc.constantFrom(...CLOCKS_MHZ);

/** The power limit is found by bisection: its clock, and what follows from it, is exact to about 1e-6. */
const BISECTION = 1e-5;

describe('properties of the analytic model over the clock table', () => {
  it('latency never rises with the clock, power never falls below the cap', () => {
    fc.assert(
      fc.property(devices, works, (device, work) => {
        const curve = CLOCKS_MHZ.map((mhz) => estimateIteration(device, work, mhz));
        for (const [i, slow] of curve.slice(0, -1).entries()) {
          const fast = curve[i + 1]!;
          expect(fast.latencyMs).to.be.at.most(slow.latencyMs * (1 + BISECTION));
          if (!fast.capped) expect(fast.powerW).to.be.at.least(slow.powerW);
        }
      }),
    );
  });

  it('energy falls to one minimum and rises from it, 1 % aside: a governor has one valley to look for', () => {
    fc.assert(
      fc.property(devices, works, (device, work) => {
        const energyJ = CLOCKS_MHZ.map((mhz) => estimateIteration(device, work, mhz).energyJ);
        const valley = energyJ.indexOf(Math.min(...energyJ));
        energyJ.forEach((here, i) => {
          const towardsValley = i < valley ? energyJ.slice(i, valley) : energyJ.slice(valley, i + 1);
          expect(Math.max(...towardsValley, here)).to.be.at.most(here * 1.01);
        });
      }),
    );
  });

  it('the power limit holds, and a capped point runs below the clock asked for', () => {
    fc.assert(
      fc.property(devices, works, clock, (device, work, mhz) => {
        const { powerW, capped, appliedClockMhz } = estimateIteration(device, work, mhz);
        expect(powerW).to.be.at.most(device.gpu.power.limitW);
        if (capped) expect(appliedClockMhz).to.be.within(device.gpu.clock.minMhz, mhz - 1e-6);
        else expect(appliedClockMhz).to.equal(mhz);
      }),
      { numRuns: 300 },
    );
  });
});

describe('properties of the analytic model over the load', () => {
  const tokens = fc.integer({ min: 1, max: 400_000 });
  const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max })).map((two) => two.sort((a, b) => a - b));

  it('a decode iteration never shortens with a request more, or with more KV', () => {
    fc.assert(
      fc.property(devices, pair(700), tokens, clock, (device, [fewer, more], kvTokens, mhz) => {
        const ms = (batch: number, kv: number): number => iterationTime(device, decodeWork(batch, kv), mhz).totalMs;
        expect(ms(more, kvTokens)).to.be.at.least(ms(fewer, kvTokens));
        expect(ms(fewer, kvTokens + more)).to.be.above(ms(fewer, kvTokens));
      }),
      { numRuns: 300 },
    );
  });

  it('a prefill iteration never shortens with longer prompts, longer pasts or one prompt more', () => {
    fc.assert(
      fc.property(devices, pair(8192), fc.integer({ min: 0, max: 8192 }), clock, (device, [shorter, longer], pastTokens, mhz) => {
        const ms = (...newTokens: number[]): number =>
          iterationTime(device, prefillWork(newTokens.map((each) => ({ newTokens: each, pastTokens }))), mhz).totalMs;
        expect(ms(longer)).to.be.at.least(ms(shorter));
        expect(ms(longer, shorter)).to.be.above(ms(longer));
        const deeper = iterationTime(device, prefillWork([{ newTokens: shorter, pastTokens: pastTokens + longer }]), mhz).totalMs;
        expect(deeper).to.be.above(ms(shorter));
      }),
      { numRuns: 300 },
    );
  });

  it('two GPUs are faster than one but never twice as fast', () => {
    const seeds = fc.option(fc.nat(), { nil: undefined });
    const large = fc.oneof(
      decodes,
      fc
        .array(
          chunk.filter(({ newTokens }) => newTokens > 256),
          { minLength: 1, maxLength: 4 },
        )
        .map(prefillWork),
    );
    fc.assert(
      fc.property(seeds, large, clock, (seed, work, mhz) => {
        const [one, two] = [1, 2].map((tp) => iterationTime(deviceOf({ tp, seed }), work, mhz).totalMs);
        expect(two).to.be.above(one! / 2);
        expect(two).to.be.below(one!);
      }),
      { numRuns: 300 },
    );
  });
});
