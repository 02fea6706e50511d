import { expect } from 'chai';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { traceFigures } from '../../../src/workload/trace-figures.ts';

const requests = (...rows: [arrivalMs: number, promptTokens: number, maxTokens: number, prefix?: string[]][]): WorkloadRequest[] =>
  rows.map(([arrivalMs, promptTokens, maxTokens, prefix], i) => ({
    id: `r${i}`,
    arrivalMs,
    promptTokens,
    maxTokens,
    ...(prefix && { prefix }),
  }));

describe('traceFigures', () => {
  it('tells span, rate, variation of gaps and the fullest window', () => {
    // 20 s: 4 requests in the first window of 10 s, 1 in the second; gaps of 1, 1, 1, 12, 5 s. The last request begins a third window.
    const { arrivals } = traceFigures(requests([0, 1, 1], [1000, 1, 1], [2000, 1, 1], [3000, 1, 1], [15_000, 1, 1], [20_000, 1, 1]), true);
    expect(arrivals).to.deep.include({ spanS: 20, meanRps: 0.25, windowS: 10 });
    expect(arrivals!.gapVariation).to.be.closeTo(Math.sqrt((9 + 9 + 9 + 64 + 1) / 5) / 4, 1e-12);
    expect(arrivals!.peakToMean).to.equal(4 / 2.5);
  });

  it('summarises lengths and their correlation, also of ranks that are shared', () => {
    const figures = traceFigures(requests([0, 10, 1], [1, 20, 1], [2, 30, 5], [3, 1000, 7]), true);
    expect(figures.promptTokens).to.include({ min: 10, p50: 25, max: 1000, mean: 265, total: 1060 });
    // Ranks 1 2 3 4 against 1.5 1.5 3 4: Pearson's of those.
    expect(figures.correlation.rank).to.be.closeTo(4.5 / Math.sqrt(5 * 4.5), 1e-12);
    expect(figures.correlation.pearson).to.be.within(0.7, 0.9);
  });

  it('counts blocks that had come before', () => {
    const { prefixes } = traceFigures(
      requests([0, 1100, 1, ['a', 'b']], [1, 1100, 1, ['a', 'c']], [2, 1100, 1, ['a', 'b']], [3, 700, 1]),
      true,
    );
    expect(prefixes).to.deep.equal({ requests: 3, blocks: 6, sharedBlocks: 3, sharedFraction: 0.5, sharedTokenFraction: (3 * 512) / 4000 });
  });

  it('has nothing where there is nothing to tell', () => {
    const untimed = traceFigures(requests([0, 5, 5], [0, 5, 5]), false);
    expect(untimed).to.deep.include({ timed: false, arrivals: null, prefixes: null, correlation: { pearson: null, rank: null } });
    expect(traceFigures(requests([0, 5, 5], [0, 6, 5]), true).arrivals).to.deep.include({
      spanS: 0,
      meanRps: null,
      gapVariation: null,
      peakToMean: null,
    });
    expect(traceFigures(requests([7, 5, 5]), true).arrivals).to.deep.include({ spanS: 0, meanRps: null });
  });
});
