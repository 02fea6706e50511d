import { expect } from 'chai';
import fc from 'fast-check';
import type { Evaluation, TuningChoice } from '../../../../src/domain/tuning.ts';
import { EvaluationCaches } from '../../../../src/runs/tuning/caches.ts';
import { evaluate } from '../../../../src/runs/tuning/evaluate.ts';
import type { BatchTier, TuningGround } from '../../../../src/runs/tuning/ground.ts';
import { standingOf } from '../../../../src/tuning/search/standing.ts';
import { drawn, groundOf, taskOf } from '../../../fixtures/tuning/ground.ts';

const fixed = (mhz: number, instances: number): Partial<TuningChoice> => ({
  ...{ governor: 'fixed', routing: 'least-requests', fixedMhz: { prefill: mhz, decode: mhz }, prefill: 0, decode: 0 },
  aggregated: instances,
});
/** Clocks that do not depend on what is promised. */
const CHOICES = [fixed(690, 1), fixed(1005, 1), fixed(1410, 1), fixed(1005, 2), fixed(1410, 2)];
const REQUESTS = 100;
const CONSTRAINTS = { slo: { ttftMs: 1, itlMs: 1 }, sloTarget: 0.9, confidence: 0.9, gpus: { least: 1, most: 2 }, powerBudgetW: null };
const PRICES = { pue: 1, perKwh: null, perGpuHour: null, currency: 'USD', gramsCo2PerKwh: null };

describe('energy under a deadline', function () {
  this.timeout(60_000);
  let ground: TuningGround;
  let load: BatchTier['load'];
  const caches = new EvaluationCaches();

  before(async () => {
    ground = await groundOf();
    load = (await drawn(4)) as BatchTier['load'];
  });

  const runs = (deadlineMs: number, seed: number): Evaluation[] => {
    const whole = { ...ground, batch: { load, deadlineMs, slo: { ttftMs: deadlineMs / 2, itlMs: deadlineMs / 1000 } } };
    return CHOICES.map((choice) =>
      evaluate(whole, { ...taskOf({ choice, fidelity: { requests: REQUESTS, seed } }), tier: 'batch' }, caches),
    );
  };

  const leastJ = (evaluations: readonly Evaluation[]): number =>
    Math.min(
      Infinity,
      ...evaluations
        .map((one) => standingOf([one], { objective: 'energy', prices: PRICES, constraints: CONSTRAINTS }))
        .filter(({ sure }) => sure)
        .map(({ cost }) => cost),
    );

  it('a looser deadline never costs more on the same draws, and keeps no fewer requests', () => {
    const seconds = fc.double({ min: 4, max: 120, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, fc.integer({ min: 1, max: 3 }), (a, b, seed) => {
        const [tight, loose] = [Math.min(a, b), Math.max(a, b)].map((deadlineS) => runs(deadlineS * 1000, seed));
        expect(leastJ(loose!)).to.be.at.most(leastJ(tight!));
        const met = ({ kept }: Evaluation): number => kept.reduce((sum, block) => sum + block.met, 0);
        for (const [i, one] of loose!.entries()) {
          expect(met(one)).to.be.at.least(met(tight![i]!));
          expect(one.joulesPerOutputToken).to.equal(tight![i]!.joulesPerOutputToken);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('some deadlines tell the clocks apart', () => {
    const [tight, loose] = [8, 120].map((deadlineS) => leastJ(runs(deadlineS * 1000, 1)));
    expect(loose).to.be.below(tight!);
  });
});
