import { expect } from 'chai';
import fc from 'fast-check';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { iterationTime } from '../../../src/prediction/analytic/latency.ts';
import { chosen, clockAt, clocksOf, deviceChoices, fits, places, works } from '../../fixtures/analytic.ts';

/** The clock under a power limit is exact to this, relative to the limit, and so is what follows from it. */
const LIMIT_TOLERANCE = 1e-5;

describe('properties of the analytic model over the clock table', () => {
  it('latency never rises with the clock, power never falls with it below the cap', () => {
    fc.assert(
      fc.property(deviceChoices, works, (choice, work) => {
        const device = chosen(choice);
        const curve = clocksOf(device).map((mhz) => estimateIteration(device, work, mhz));
        for (const [i, slow] of curve.slice(0, -1).entries()) {
          const fast = curve[i + 1]!;
          expect(fast.latencyMs).to.be.at.most(slow.latencyMs * (1 + LIMIT_TOLERANCE));
          if (!fast.capped) expect(fast.powerW).to.be.at.least(slow.powerW);
        }
      }),
    );
  });

  it('energy of a load that fits falls to one minimum and rises from it: a governor has one valley to look for', () => {
    fc.assert(
      fc.property(deviceChoices, works, (choice, work) => {
        const device = chosen(choice);
        // Beyond what any GPU holds, memory that slows with the clock has a second, shallow valley.
        fc.pre(fits(device, work));
        const energyJ = clocksOf(device).map((mhz) => estimateIteration(device, work, mhz).energyJ);
        const valley = energyJ.indexOf(Math.min(...energyJ));
        energyJ.forEach((here, i) => {
          const towardsValley = i < valley ? energyJ.slice(i, valley) : energyJ.slice(valley, i + 1);
          expect(Math.max(...towardsValley, here)).to.be.at.most(here * (1 + LIMIT_TOLERANCE));
        });
      }),
    );
  });

  it('the power limit holds, and a point is capped exactly when it runs below the clock asked for', () => {
    fc.assert(
      fc.property(deviceChoices, works, places, (choice, work, place) => {
        const device = chosen(choice);
        const mhz = clockAt(device, place);
        const { powerW, capped, appliedClockMhz, latencyMs } = estimateIteration(device, work, mhz);
        expect(powerW).to.be.at.most(device.gpu.power.limitW);
        expect(capped).to.equal(iterationTime(device, work, mhz).busyW > device.gpu.power.limitW);
        if (capped) {
          expect(appliedClockMhz).to.be.within(device.gpu.clock.minMhz, mhz - 1e-6);
          expect(powerW).to.be.above(device.gpu.power.limitW * (1 - LIMIT_TOLERANCE));
        } else expect(appliedClockMhz).to.equal(mhz);
        expect(latencyMs).to.equal(iterationTime(device, work, appliedClockMhz).totalMs);
      }),
      { numRuns: 300 },
    );
  });
});
