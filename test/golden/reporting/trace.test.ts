import { renderTraceStatistics } from '../../../src/reporting/trace.ts';
import { traceStatistics } from '../../fixtures/documents.ts';
import { expectGolden } from '../golden.ts';

describe('what a trace is like, as text', () => {
  it('with times, blocks and notes', () => expectGolden('reporting/trace-timed.txt', renderTraceStatistics(traceStatistics)));

  it('without times and blocks', () =>
    expectGolden(
      'reporting/trace-untimed.txt',
      renderTraceStatistics({
        ...traceStatistics,
        format: 'sglang',
        timed: false,
        arrivals: null,
        prefixes: null,
        correlation: { pearson: null, rank: null },
        notes: [],
        dropped: 0,
      }),
    ));

  it('of requests that all come at once', () =>
    expectGolden(
      'reporting/trace-at-once.txt',
      renderTraceStatistics({
        ...traceStatistics,
        arrivals: { spanS: 0, meanRps: null, gapVariation: null, peakToMean: null, windowS: 10 },
      }),
    ));
});
