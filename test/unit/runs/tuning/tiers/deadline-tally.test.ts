import { expect } from 'chai';
import { DeadlineTally } from '../../../../../src/runs/tuning/tiers/deadline-tally.ts';

const DEADLINE_MS = 60_000;
const EVERY_MS = 1000;

/** Requests one after the other, each waiting as long as this says. */
const tallyOf = (requests: number, waitMs: (arrivalMs: number) => number): DeadlineTally => {
  const tally = new DeadlineTally(DEADLINE_MS);
  for (let i = 0; i < requests; i += 1) tally.ended(i * EVERY_MS, waitMs(i * EVERY_MS), waitMs(i * EVERY_MS) + 500);
  return tally;
};

describe('what becomes of requests with a deadline', () => {
  it('the last token counts, and who does not complete has missed', () => {
    const tally = new DeadlineTally(DEADLINE_MS);
    expect(tally.ended(0, 59_000, 60_000)).to.equal(true);
    expect(tally.ended(10, 100, 60_001)).to.equal(false);
    expect(tally.ended(20, 100, null)).to.equal(false);
    expect(tally.figures()).to.include({ ttftAttainment: null, itlAttainment: null, overloaded: true });
  });

  it('a wait that does not grow is no overload, however long it is', () => {
    expect(tallyOf(400, () => 30_000).figures()).to.include({ overloaded: false, e2eP99Ms: 30_500 });
    expect(tallyOf(400, (ms) => 5000 + 2000 * Math.sin(ms / 9000)).figures().overloaded).to.equal(false);
  });

  it('a wait that grows is, although every deadline of the run was kept', () => {
    const kept = tallyOf(400, (ms) => 0.05 * ms);
    expect(kept.figures()).to.include({ overloaded: true });
    expect(kept.figures().e2eP99Ms).to.be.below(DEADLINE_MS);
    expect(tallyOf(400, (ms) => 0.01 * ms).figures().overloaded).to.equal(false);
  });

  it('too few requests say nothing of growth, and none says nothing at all', () => {
    expect(tallyOf(3, (ms) => ms).figures().overloaded).to.equal(false);
    expect(new DeadlineTally(1).figures()).to.include({ overloaded: false, e2eP99Ms: null });
  });
});
