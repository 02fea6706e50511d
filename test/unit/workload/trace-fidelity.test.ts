import { expect } from 'chai';
import { mean, quantile, sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import { createRandom } from '../../../src/statistics/random.ts';
import { buildWorkloadCard } from '../../../src/workload/build-card.ts';
import { drawLengths } from '../../../src/workload/lengths.ts';
import { parseTrace } from '../../../src/workload/trace.ts';
import { readCard, readTraceCsv, TRACE_IDS } from './fixtures.ts';

const DRAWS = 40_000;

const within = (actual: number, expected: number, fraction: number, what: string): void => {
  expect(Math.abs(actual / expected - 1), `${what}: ${actual} for ${expected}`).to.be.at.most(fraction);
};

/** Largest distance of two cumulative distributions (Kolmogorov and Smirnov), at the first one's percentiles. */
const cdfDistance = (expected: readonly number[], actual: readonly number[]): number => {
  const below = (values: readonly number[], limit: number): number => values.filter((value) => value <= limit).length / values.length;
  const limits = Array.from({ length: 99 }, (_, index) => quantile([...expected], (index + 1) / 100));
  return Math.max(...limits.map((limit) => Math.abs(below(expected, limit) - below(actual, limit))));
};

for (const id of TRACE_IDS) {
  describe(`${id} against its trace (skipped where ../shared/data/traces is missing)`, () => {
    let trace: { promptTokens: number; maxTokens: number }[] = [];
    let draws: typeof trace = [];
    before(function () {
      const csv = readTraceCsv(id);
      if (csv === null) return this.skip();
      trace = parseTrace(csv, `${id}.csv`);
      const [card, random] = [readCard(id), createRandom(1)];
      draws = Array.from({ length: DRAWS }, () => drawLengths(card, random));
    });

    for (const key of ['promptTokens', 'maxTokens'] as const) {
      it(`draws the mean and the percentiles of ${key}`, () => {
        const [expected, actual] = [trace.map((request) => request[key]), draws.map((request) => request[key])];
        within(mean(actual), mean(expected), 0.03, 'mean');
        for (const p of [0.1, 0.5, 0.99]) within(quantile(actual, p), quantile(expected, p), 0.05, `p${p * 100}`);
        // Around p90 conv prompts leap from 2734 to 4075 tokens: there only the distribution can be compared.
        expect(cdfDistance(expected, actual)).to.be.at.most(0.02);
      });
    }

    it('keeps the correlation of prompt and answer', () => {
      for (const correlation of [sampleCorrelation, sampleRankCorrelation]) {
        const [expected, actual] = [trace, draws].map((set) =>
          correlation(
            set.map(({ promptTokens }) => promptTokens),
            set.map(({ maxTokens }) => maxTokens),
          ),
        );
        expect(actual).to.be.closeTo(expected as number, 0.04);
      }
    });

    it('is what the script makes of the trace', () => {
      const requests = parseTrace(readTraceCsv(id) ?? '', `${id}.csv`);
      const card = readCard(id);
      expect(buildWorkloadCard(requests, card, card.arrivals?.note)).to.deep.equal(card);
    });
  });
}
