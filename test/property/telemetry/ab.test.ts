import { expect } from 'chai';
import fc from 'fast-check';
import { createRandom } from '../../../src/statistics/random.ts';
import { planAb } from '../../../src/telemetry/ab/design.ts';
import { abEffects, primaryEffect } from '../../../src/telemetry/ab/effects.ts';
import { measuredPeriods } from '../../fixtures/benchmarking/rig.ts';

const designOf = (seed: number, blocks: number, periodsPerBlock: 2 | 4) =>
  planAb({ blocks, periodsPerBlock, periodS: 60, residenceS: 30, seed });
const shape = fc.constantFrom<readonly [number, 2 | 4]>([6, 2], [7, 2], [8, 2], [4, 4]);

const shareFound = (effect: number, trials: number): number => {
  const found = Array.from({ length: trials }, (_, trial) => {
    const design = designOf(trial, 8, 2);
    const random = createRandom(trial).fork('property');
    return primaryEffect(design, measuredPeriods(random, design, { effect }), random.fork('effects')).significant === true;
  });
  return found.filter(Boolean).length / trials;
};

describe('properties of an A/B test', () => {
  it('seldom finds a difference between equal arms, and nearly always one of 5 %, on a rig that drifts and gets warm', () => {
    // Both directions: 5 % of 150 at most; 17 and more would come by chance less often than once in a thousand.
    expect(shareFound(0, 150)).to.be.below(17 / 150);
    expect(shareFound(0.05, 60)).to.be.at.least(0.9);
  });

  it('turns round with its arms, whatever was measured', () => {
    fc.assert(
      fc.property(fc.nat(1e6), shape, fc.double({ min: -0.2, max: 0.2, noNaN: true }), (seed, [blocks, size], effect) => {
        const design = designOf(seed, blocks, size);
        const periods = measuredPeriods(createRandom(seed), design, { effect });
        const turned = periods.map((period) => ({ ...period, arm: period.arm === 'A' ? ('B' as const) : ('A' as const) }));
        const [one, other] = [periods, turned].map((all) => primaryEffect(design, all, createRandom(1))) as [
          ReturnType<typeof primaryEffect>,
          ReturnType<typeof primaryEffect>,
        ];
        expect((1 + one.changePct! / 100) * (1 + other.changePct! / 100)).to.be.closeTo(1, 1e-9);
        expect(one.pValue).to.be.closeTo(other.pValue!, 1e-12);
        expect(one.significant).to.equal(other.significant);
      }),
      { numRuns: 40 },
    );
  });

  it('does not change with the unit of energy or the epoch of time, and its interval holds the effect', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        shape,
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        fc.nat(1e5),
        (seed, [blocks, size], unit, epochS) => {
          const design = designOf(seed, blocks, size);
          const periods = measuredPeriods(createRandom(seed), design, { effect: 0.03 });
          const scaled = periods.map((period) => ({
            ...period,
            energyJ: period.energyJ! * unit,
            startS: period.startS + epochS,
            endS: period.endS + epochS,
          }));
          const [one, other] = [primaryEffect(design, periods, createRandom(1)), primaryEffect(design, scaled, createRandom(1))];
          expect(one.changePct).to.be.closeTo(other.changePct!, 1e-5);
          expect(one.pValue).to.equal(other.pValue);
          expect(one.changePct).to.be.within(one.ci95![0], one.ci95![1]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives every effect a p-value that its orders can have, and never more findings for a larger family', () => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const design = designOf(seed, 6, 2);
        const effects = abEffects(design, measuredPeriods(createRandom(seed), design), createRandom(1));
        for (const { pValue } of effects.filter((effect) => effect.pValue !== null)) {
          expect(Math.round(pValue! * 50)).to.be.closeTo(pValue! * 50, 1e-9);
          expect(pValue).to.be.within(2 / 50, 1);
        }
      }),
      { numRuns: 40 },
    );
  });
});
