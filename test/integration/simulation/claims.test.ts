import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { azureSlice } from '../../fixtures/world/azure-slice.ts';
import { bestFixedPair } from '../../fixtures/world/best-fixed-pair.ts';
import { acceptable, BASELINE, CANDIDATE, demoSchedule, jointOf, savedPct, serve, worldOf } from '../../fixtures/world/simulated-runs.ts';

const world = worldOf();

/** The step's claim on one workload, with its figures in the message when it fails. */
const expectClaim = (schedule: readonly WorkloadRequest[], baseline: RunRecord, candidate: RunRecord): void => {
  const figures = `saved ${savedPct(baseline, candidate).toFixed(2)} %, joint ${jointOf(baseline)} -> ${jointOf(candidate)}`;
  for (const run of [baseline, candidate]) {
    expect(run.requests).to.deep.include({ offered: schedule.length, completed: schedule.length, failed: 0 });
    expect(run.validity.verdict).to.equal('valid');
  }
  expect(candidate.outputTokens).to.equal(baseline.outputTokens);
  expect(jointOf(baseline), figures).to.be.at.least(0.97);
  expect(acceptable(baseline, candidate), figures).to.equal(true);
  expect(savedPct(baseline, candidate), figures).to.be.at.least(30);
};

const expectNotWorseThanFixed = (schedule: readonly WorkloadRequest[], baseline: RunRecord, candidate: RunRecord): void => {
  const best = bestFixedPair(world, schedule, baseline, 'least-requests', [45]);
  const { prefill, decode } = best.fixedMhz;
  expect(best.simulated).to.be.above(35);
  expect(savedPct(baseline, candidate), `best fixed pair ${prefill}:${decode} saves ${best.savedPct.toFixed(2)} %`).to.be.at.least(
    best.savedPct,
  );
};

describe("the main job's claims, in virtual time", function () {
  this.timeout(60_000);

  for (const seed of [1, 2, 3]) {
    describe(`azure-conv-2023, 160 requests at 8/s, seed ${seed}`, () => {
      const schedule = demoSchedule(seed);
      let runs: readonly [RunRecord, RunRecord];
      before(() => {
        runs = [serve(world, BASELINE, schedule), serve(world, CANDIDATE, schedule)];
      });

      it('saves 30 % of the energy per output token and keeps the SLOs', () => expectClaim(schedule, ...runs));
      it('is not worse than the best fixed clock pair', () => expectNotWorseThanFixed(schedule, ...runs));
    });
  }

  it('holds for other devices of the same kind', () => {
    const schedule = demoSchedule(4);
    for (const devices of [1, 2]) {
      const other = worldOf(world.specs.map((spec) => ({ ...spec, seed: spec.seed + 1000 * devices })));
      expectClaim(schedule, serve(other, BASELINE, schedule), serve(other, CANDIDATE, schedule));
    }
  });

  describe('raw Azure trace at its own times (skipped where ../shared/data/traces is missing)', () => {
    let schedule: WorkloadRequest[] = [];
    let runs: readonly [RunRecord, RunRecord];
    before(function () {
      const slice = azureSlice();
      if (slice === null) return this.skip();
      schedule = slice;
      runs = [serve(world, BASELINE, schedule), serve(world, CANDIDATE, schedule)];
    });

    it('gives the same picture', () => {
      expect(schedule.length).to.be.above(150);
      expectClaim(schedule, ...runs);
    });
    it('is not worse than the best fixed clock pair', () => expectNotWorseThanFixed(schedule, ...runs));
  });
});
