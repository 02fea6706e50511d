import { expect } from 'chai';
import { EvaluationTally } from '../../../../src/runs/tuning/evaluation-tally.ts';
import type { SimulatedOutcome } from '../../../../src/simulation/types.ts';

const SLO = { ttftMs: 1000, itlMs: 50 };
const LAST_MS = 100_000;

/** A request that was under way when nobody waited any longer: a minute after the last arrival. */
const left = (arrivalMs: number, maxTokens: number): SimulatedOutcome =>
  ({
    request: { id: 'left', arrivalMs, promptTokens: 10, maxTokens },
    status: 'unfinished',
    firstTokenMs: arrivalMs + 100,
    endMs: null,
    outputTokens: 5,
  }) as unknown as SimulatedOutcome;

const done = (arrivalMs: number): SimulatedOutcome =>
  ({
    request: { id: 'done', arrivalMs, promptTokens: 10, maxTokens: 2 },
    status: 'completed',
    firstTokenMs: arrivalMs + 100,
    endMs: arrivalMs + 140,
    outputTokens: 2,
  }) as unknown as SimulatedOutcome;

const overloadedBy = (...outcomes: SimulatedOutcome[]): boolean => {
  const tally = new EvaluationTally(SLO, 0);
  for (const outcome of [done(0), done(LAST_MS), ...outcomes]) tally.ended(outcome);
  return tally.requestFigures().overloaded;
};

describe('tally of one evaluation', () => {
  it('a request that was left although its promises would have seen it done is overload', () => {
    expect(overloadedBy()).to.equal(false);
    expect(overloadedBy(left(LAST_MS - 10_000, 100))).to.equal(true);
  });

  it('a very long answer to a late request is none, and a missed promise all the same', () => {
    // 3000 tokens at 50 ms take 150 s: two and a half times as long as anybody waits.
    expect(overloadedBy(left(LAST_MS - 10_000, 3000))).to.equal(false);
    const tally = new EvaluationTally(SLO, 0);
    for (const outcome of [done(0), done(LAST_MS), left(LAST_MS - 10_000, 3000)]) tally.ended(outcome);
    expect(tally.kept).to.equal(2);
  });
});
