import { expect } from 'chai';
import { mean, standardDeviation } from 'simple-statistics';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { empiricalArrivals } from '../../../src/workload/empirical-gaps.ts';
import { quantileAt, tableMean } from '../../../src/workload/quantile-table.ts';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { evenArrivals, readCard, smallCard, TRACE_IDS } from './fixtures.ts';

const card = readCard('azure-code-2023');
const base = { card, ratePerS: 8, burstiness: 1, arrivalShape: 'empirical', seed: 1, extent: { requests: 20_000 } } as const;
const gapsOf = (arrivals: readonly { arrivalMs: number }[]): number[] =>
  arrivals.map(({ arrivalMs }, index) => arrivalMs - (arrivals[index - 1]?.arrivalMs ?? 0));
const variationOf = (gaps: readonly number[]): number => standardDeviation([...gaps]) / mean([...gaps]);

describe('empirical arrivals', () => {
  for (const id of TRACE_IDS) {
    it(`keep the mean rate and the variation of the gaps of ${id}`, () => {
      const { arrivals } = readCard(id);
      if (!arrivals) throw new Error(`${id} has no arrivals`);
      expect(tableMean(arrivals.probabilities, arrivals.gapQuantiles)).to.be.closeTo(1, 1e-4);
      const even = Array.from({ length: 100_000 }, (_, index) =>
        quantileAt(arrivals.probabilities, arrivals.gapQuantiles, (index + 0.5) / 100_000),
      );
      expect(variationOf(even)).to.be.closeTo(arrivals.variation, arrivals.variation * 0.05);
      const gaps = gapsOf(seededSchedule({ ...base, card: readCard(id) }));
      // The mean of n gaps strays by variation / sqrt(n).
      expect(mean(gaps)).to.be.closeTo(125, (3 * 125 * arrivals.variation) / Math.sqrt(gaps.length));
      expect(variationOf(gaps)).to.be.closeTo(arrivals.variation, arrivals.variation * 0.15);
    });
  }

  it('are on and off for azure-code, as no gamma is', () => {
    const gaps = gapsOf(seededSchedule(base));
    expect(variationOf(gaps)).to.be.greaterThan(10);
    // Two thirds of the requests follow within a quarter of the mean gap, and yet a pause lasts minutes at the trace's own rate.
    expect(gaps.filter((gap) => gap < 125 * 0.26).length / gaps.length).to.be.within(0.6, 0.72);
    expect(Math.max(...gaps)).to.be.within(125 * 400, 125 * 563);
  });

  it('are the same for the same seed, and scale with the rate', () => {
    const short = { ...base, extent: { requests: 500 } };
    expect(seededSchedule(short)).to.deep.equal(seededSchedule(short));
    expect(seededSchedule({ ...short, seed: 2 })).not.to.deep.equal(seededSchedule(short));
    const fast = seededSchedule({ ...short, ratePerS: 16 });
    seededSchedule(short).forEach(({ arrivalMs }, index) => expect(fast[index]?.arrivalMs).to.be.closeTo(arrivalMs / 2, 1e-6));
  });

  it('leave the lengths as gamma arrivals have them', () => {
    const lengthsOf = (arrivalShape: 'gamma' | 'empirical'): object[] =>
      seededSchedule({ ...base, arrivalShape, extent: { requests: 500 } }).map(({ promptTokens, maxTokens }) => ({
        promptTokens,
        maxTokens,
      }));
    expect(lengthsOf('empirical')).to.deep.equal(lengthsOf('gamma'));
  });

  it('refuse a burstiness, which they do not have, and a card without arrivals', () => {
    for (const options of [{ burstiness: 0.5 }, { card: smallCard }]) {
      expect(() => seededSchedule({ ...base, ...options }))
        .to.throw(VoltanaError)
        .with.property('code', 'BAD_VALUE');
    }
    expect(seededSchedule({ ...base, card: { ...smallCard, arrivals: evenArrivals }, extent: { requests: 3 } })).to.have.length(3);
  });

  it('are taken from the gaps, not from the times', () => {
    const requests = [0, 1, 2, 3, 100].map((arrivalMs, index) => ({ id: `${index}`, arrivalMs, promptTokens: 1, maxTokens: 1 }));
    const { gaps, variation, gapQuantiles, note } = empiricalArrivals(requests, 'as told');
    expect({ gaps, note }).to.deep.equal({ gaps: 4, note: 'as told' });
    expect(variation).to.be.closeTo(variationOf([1, 1, 1, 97]), 1e-4);
    expect(gapQuantiles.at(-1)! / gapQuantiles[0]!).to.be.closeTo(97, 0.001);
  });
});
