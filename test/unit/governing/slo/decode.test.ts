import { expect } from 'chai';
import { sloGovernor } from '../../../../src/governing/slo/index.ts';
import { gapTargetMs } from '../../../../src/governing/slo/decode.ts';
import { SLO_TUNABLES } from '../../../../src/governing/slo/tunables.ts';
import type { Predictor } from '../../../../src/prediction/predictor.ts';
import type { DecodeLoad } from '../../../../src/telemetry/load.ts';
import { decodeLoad, NOW_MS, predictorOf } from '../../../fixtures/world/loads.ts';
import { clocksMhz } from '../../../fixtures/world/shipped.ts';

const predictor = predictorOf('d0');
const SLO = { ttftMs: 1000, itlMs: 50 };
const LOWEST_MHZ = clocksMhz[0]!;
const HIGHEST_MHZ = clocksMhz.at(-1)!;

const ask = (load: Partial<DecodeLoad>, currentMhz = HIGHEST_MHZ, slo = SLO) =>
  sloGovernor().decide({ nowMs: NOW_MS, load: decodeLoad(load), slo, currentMhz, clocksMhz, predictor });

/** A batch with 1200 tokens of context each, fed at the rate that sustains it. */
const steady = (batch: number): Partial<DecodeLoad> => ({
  batch,
  kvTokens: batch * 1200,
  requestRatePerS: batch / 5,
  meanOutputTokens: 200,
  meanPromptTokens: 1100,
});

describe('slo governor, decode', () => {
  it('goes to the lowest clock once idle for long enough, and not before', () => {
    const { idleAfterMs } = SLO_TUNABLES;
    expect(ask({ idleSinceMs: NOW_MS - idleAfterMs + 1 }, 900)).to.deep.equal({ clockMhz: 900, reason: 'idle: wait' });
    expect(ask({ idleSinceMs: NOW_MS - idleAfterMs }, 900)).to.deep.equal({ clockMhz: LOWEST_MHZ, reason: 'idle' });
  });

  it('is not idle while a request is on its way', () => {
    expect(ask({ incoming: 1, idleSinceMs: null, meanPromptTokens: 1000 }).reason).to.not.include('idle');
  });

  it('takes the highest clock when none keeps the SLO', () => {
    expect(ask({ ...steady(20), kvTokens: 20 * 1200 }, LOWEST_MHZ, { ...SLO, itlMs: 5 }))
      .to.include({ clockMhz: HIGHEST_MHZ })
      .and.property('reason')
      .that.includes('no clock keeps the SLO');
  });

  it('needs a faster clock for a tighter SLO', () => {
    const clockAt = (itlMs: number): number => ask(steady(30), LOWEST_MHZ, { ...SLO, itlMs }).clockMhz;
    expect(clockAt(25)).to.be.above(clockAt(35)).and.below(HIGHEST_MHZ);
  });

  it('counts requests that are on their way: they will be in the batch before the next decision', () => {
    const limited = { ...SLO, itlMs: 30 };
    const alone = ask({ ...steady(20), requestRatePerS: 1 }, LOWEST_MHZ, limited).clockMhz;
    expect(ask({ ...steady(20), requestRatePerS: 1, incoming: 40 }, LOWEST_MHZ, limited).clockMhz).to.be.above(alone);
  });

  it('knows a draining batch from one that is refilled', () => {
    expect(ask({ ...steady(60), requestRatePerS: 0.1 }).reason).to.include('draining');
    expect(ask({ ...steady(60), requestRatePerS: 20 }).reason).to.not.include('draining');
    expect(ask({ ...steady(60), requestRatePerS: 0.1, meanOutputTokens: null }).reason).to.not.include('draining');
  });

  it('drains a batch at nearly the least energy per token above the idle floor', () => {
    const load = { ...steady(40), requestRatePerS: 0 };
    const floorW = predictor.predict({ batch: 0, tokens: 0 }, LOWEST_MHZ).idleW;
    const perTokenJ = (mhz: number): number => {
      const { latencyMs, powerW } = predictor.predict({ batch: 40, tokens: load.kvTokens! }, mhz);
      return latencyMs <= SLO.itlMs * SLO_TUNABLES.itlTarget ? ((powerW - floorW) * latencyMs) / 40 : Infinity;
    };
    const leastJ = Math.min(...clocksMhz.map(perTokenJ));
    expect(perTokenJ(ask(load).clockMhz)).to.be.at.most(leastJ * 1.05);
    // The check bites: the extremes are far from it.
    expect(perTokenJ(HIGHEST_MHZ)).to.be.above(leastJ * 1.2);
  });

  it('plans for longer gaps when the streaming requests had short ones, and the other way round, within bounds', () => {
    const { itlTarget, mostSlack, mostDebt } = SLO_TUNABLES;
    const targetAfter = (meanGapMs: number, gaps = 1000): number =>
      gapTargetMs(decodeLoad({ batch: 5, streamedGaps: gaps, streamedMs: gaps * meanGapMs }), SLO, SLO_TUNABLES);
    expect(targetAfter(itlTarget * 50)).to.be.closeTo(itlTarget * 50, 1e-9);
    expect(targetAfter(10)).to.be.closeTo((itlTarget + mostSlack) * 50, 1e-9);
    expect(targetAfter(60)).to.be.closeTo((itlTarget - mostDebt) * 50, 1e-9);
    expect(targetAfter(itlTarget * 50 - 0.5)).to.be.closeTo(itlTarget * 50 + 0.5, 1e-9);
    // A handful of gaps tells nothing.
    expect(targetAfter(60, 10)).to.equal(itlTarget * 50);
    // Who has earned nothing is promised less than the SLO.
    expect(itlTarget).to.be.below(1);
  });

  it('plans with the upper end of a prediction interval', () => {
    const clockWith = (latency: number): number => {
      const unsure: Predictor = {
        ...predictor,
        predict: (load, mhz) => ({ ...predictor.predict(load, mhz), errorPct: { latency, power: 0 } }),
      };
      const load = decodeLoad(steady(30));
      return sloGovernor().decide({ nowMs: NOW_MS, load, slo: { ...SLO, itlMs: 30 }, currentMhz: 390, clocksMhz, predictor: unsure })
        .clockMhz;
    };
    expect(clockWith(12)).to.be.above(clockWith(1));
  });

  it('asks for no clock above a power limit, where it would be no faster', () => {
    const capped: Predictor = { ...predictor, predict: (load, mhz) => predictor.predict(load, Math.min(mhz, 900)) };
    for (const itlMs of [5, 50]) {
      const load = decodeLoad(steady(30));
      const { clockMhz } = sloGovernor().decide({
        nowMs: NOW_MS,
        load,
        slo: { ...SLO, itlMs },
        currentMhz: 600,
        clocksMhz,
        predictor: capped,
      });
      expect(clockMhz).to.be.below(1100);
    }
  });

  it('minimises the power of the stationary batch, not the energy of an iteration', () => {
    const chosen = ask(steady(8)).clockMhz;
    const energy = (mhz: number): number => {
      const { latencyMs, powerW } = predictor.predict({ batch: 8, tokens: 9600 }, mhz);
      return latencyMs * powerW;
    };
    const iterationBest = clocksMhz.reduce((best, mhz) => (energy(mhz) < energy(best) ? mhz : best));
    expect(chosen).to.be.below(iterationBest - 200);
  });

  it('stays finite when the arrivals are more than any clock can serve', () => {
    expect(ask({ ...steady(30), requestRatePerS: 1e6 })).to.include({ clockMhz: HIGHEST_MHZ });
    expect(ask({ ...steady(30), requestRatePerS: 0, meanOutputTokens: null }).clockMhz).to.be.within(LOWEST_MHZ, HIGHEST_MHZ);
  });

  it('does not go back and forth when the load fluctuates by little', () => {
    for (const batch of [4, 8, 16, 24, 32, 48]) {
      const load = steady(batch);
      const visitedMhz: number[] = [];
      for (let turn = 0; turn < 20; turn++) {
        const noise = turn % 2 === 0 ? 0.98 : 1.02;
        const { clockMhz } = ask(
          { ...load, requestRatePerS: load.requestRatePerS! * noise, kvTokens: load.kvTokens! * noise },
          visitedMhz.at(-1),
        );
        if (clockMhz !== visitedMhz.at(-1)) visitedMhz.push(clockMhz);
      }
      // From the highest clock a batch first looks like a draining one, and a slower clock then sustains it.
      expect(visitedMhz.length, `${batch}: ${visitedMhz.join()}`).to.be.at.most(2);
    }
  });
});
