import { expect } from 'chai';
import type { RequestOutcome } from '../../../src/domain/request.ts';
import { measuredSpan } from '../../../src/telemetry/span.ts';
import { summariseOutcomes } from '../../../src/telemetry/summary.ts';
import { completed, unanswered } from '../../fixtures/outcomes.ts';

const slo = { ttftMs: 1000, itlMs: 50 };
const summary = (outcomes: readonly RequestOutcome[]) => summariseOutcomes(outcomes, slo, measuredSpan(outcomes));

describe('summariseOutcomes', () => {
  it('counts each request by how it ended', () => {
    const outcomes = [
      completed(),
      unanswered('failed'),
      unanswered('rejected'),
      unanswered('cancelled'),
      unanswered('unfinished'),
      unanswered('failed'),
    ];
    expect(summary(outcomes).requests).to.deep.equal({ offered: 6, completed: 1, failed: 2, rejected: 1, cancelled: 1, unfinished: 1 });
  });

  it('counts TTFT and E2E from the intended time, however late the client sent', () => {
    const { ttftMs, e2eMs } = summary([completed({ intendedMs: 500, sentMs: 900, firstTokenMs: 1000, gapsMs: [10, 10], endMs: 1020 })]);
    expect(ttftMs.p50).to.equal(500);
    expect(e2eMs.p50).to.equal(520);
  });

  it('attains of offered minus cancelled; what did not complete missed both', () => {
    const met = completed();
    const slowStart = completed({ ttftMs: 1001 });
    const slowTokens = completed({ gapMs: 51 });
    const missed = ['failed', 'rejected', 'unfinished'] as const;
    const { sloAttainment } = summary([met, slowStart, slowTokens, ...missed.map((status) => unanswered(status)), unanswered('cancelled')]);
    expect(sloAttainment).to.deep.equal({ ttft: 2 / 6, itl: 2 / 6, joint: 1 / 6 });
  });

  it('counts a bound as met, and the mean gap rather than the longest', () => {
    const atTheBound = completed({ ttftMs: 1000, gapMs: 50 });
    const oneStall = completed({ gapsMs: [10, 10, 130], outputTokens: 4 });
    expect(summary([atTheBound, oneStall]).sloAttainment).to.deep.equal({ ttft: 1, itl: 1, joint: 1 });
    expect(summary([oneStall]).itlTokenAttainment).to.equal(2 / 3);
  });

  it('lets a one-token answer meet ITL and keeps it out of TPOT', () => {
    const { sloAttainment, tpotMs, itlTokenAttainment } = summary([completed({ tokens: 1 })]);
    expect(sloAttainment.itl).to.equal(1);
    expect(tpotMs.n).to.equal(0);
    expect(itlTokenAttainment).to.equal(null);
  });

  it('spreads the gaps over all tokens where a chunk carries several', () => {
    expect(summary([completed({ gapsMs: [80, 80], outputTokens: 9 })]).tpotMs.p50).to.equal(20);
  });

  it('does not count a failed request that streamed fast as met, but keeps the latencies its client saw', () => {
    const broken = completed({ status: 'failed', error: 'reset' });
    const { sloAttainment, ttftMs, e2eMs, outputTokens } = summary([broken]);
    expect(sloAttainment.joint).to.equal(0);
    expect([ttftMs.n, e2eMs.n, outputTokens]).to.deep.equal([1, 0, 0]);
  });

  it('measures from the first intended arrival until the last request ended', () => {
    const outcomes = [completed({ intendedMs: 2000 }), completed({ intendedMs: 4000, ttftMs: 900, gapMs: 25 })];
    const { measuredS, goodputRps, outputTokensPerS, inputTokensPerS } = summary(outcomes);
    expect(measuredS).to.equal(3);
    expect([goodputRps, outputTokensPerS, inputTokensPerS]).to.deep.equal([2 / 3, 10 / 3, 200 / 3]);
  });

  it('waits for unfinished requests until they were given up', () => {
    const outcomes = [completed(), unanswered('unfinished', 50)];
    expect(measuredSpan(outcomes, 60_000).endMs).to.equal(60_000);
    expect(measuredSpan(outcomes).endMs).to.equal(180);
    const halfWay = completed({ status: 'unfinished', endMs: null, gapMs: 100, tokens: 11 });
    expect(measuredSpan([halfWay]).endMs).to.equal(1100);
  });

  it('has nulls and no NaN when nothing was offered or all was cancelled', () => {
    const nothing = summary([]);
    expect(nothing.sloAttainment).to.deep.equal({ ttft: null, itl: null, joint: null });
    expect([nothing.measuredS, nothing.goodputRps, nothing.outputTokensPerS]).to.deep.equal([0, 0, 0]);
    expect(nothing.lateness).to.deep.equal({ p50Ms: null, p99Ms: null, maxMs: null, late: 0 });
    expect(summary([unanswered('cancelled')]).sloAttainment.joint).to.equal(null);
  });

  it('builds the histograms of the same values', () => {
    const { histograms, ttftMs, itlMs } = summary([completed(), completed({ ttftMs: 7 })]);
    const count = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);
    expect(count(histograms.ttftMs.counts)).to.equal(ttftMs.n);
    expect(count(histograms.itlMs.counts)).to.equal(itlMs.n);
  });
});
