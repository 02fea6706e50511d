import { expect } from 'chai';
import { mean, sampleVariance } from 'simple-statistics';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { smallCard } from './fixtures.ts';

const base = { card: smallCard, ratePerS: 8, burstiness: 1, seed: 7, extent: { requests: 4000 } };
const gapsOf = (arrivals: readonly { arrivalMs: number }[]): number[] =>
  arrivals.map(({ arrivalMs }, index) => arrivalMs - (arrivals[index - 1]?.arrivalMs ?? 0));

describe('schedule', () => {
  it('numbers its requests and lets the first one wait for its gap', () => {
    const requests = seededSchedule(base);
    expect(requests).to.have.length(4000);
    expect(requests[0]?.id).to.equal('r000001');
    expect(requests[3999]?.id).to.equal('r004000');
    expect(requests[0]?.arrivalMs).to.be.greaterThan(0);
  });

  for (const burstiness of [0.3, 1, 4]) {
    it(`draws gamma gaps of shape ${burstiness} around the mean gap`, () => {
      const gaps = gapsOf(seededSchedule({ ...base, burstiness, extent: { requests: 20_000 } }));
      expect(mean(gaps)).to.be.closeTo(125, 5);
      // A gamma's squared coefficient of variation is 1 / shape.
      expect((sampleVariance(gaps) / mean(gaps) ** 2) * burstiness).to.be.closeTo(1, 0.12);
    });
  }

  it('keeps the lengths and scales the arrivals when the rate changes', () => {
    const slow = seededSchedule(base);
    const fast = seededSchedule({ ...base, ratePerS: 16 });
    fast.forEach((request, index) => {
      expect({ ...request, arrivalMs: 0 }).to.deep.equal({ ...slow[index], arrivalMs: 0 });
      expect(request.arrivalMs).to.be.closeTo((slow[index]?.arrivalMs ?? 0) / 2, 1e-6);
    });
  });

  it('keeps the lengths when the burstiness changes, and changes them with the seed', () => {
    const prompts = (options: object): number[] => seededSchedule({ ...base, ...options }).map(({ promptTokens }) => promptTokens);
    expect(prompts({ burstiness: 0.5 })).to.deep.equal(prompts({}));
    expect(prompts({ seed: 8 })).not.to.deep.equal(prompts({}));
  });

  it('fills a duration with rate x duration requests and ends before it', () => {
    const requests = seededSchedule({ ...base, extent: { durationMs: 500_000 } });
    expect(requests.length).to.be.closeTo(4000, 4 * Math.sqrt(4000));
    expect(requests.at(-1)?.arrivalMs).to.be.lessThan(500_000);
  });

  it('keeps the answer with its prompt bin', () => {
    for (const { promptTokens, maxTokens } of seededSchedule(base)) {
      if (promptTokens < 100) expect(maxTokens).to.be.within(1, 10);
      if (promptTokens > 100) expect(maxTokens).to.be.within(100, 110);
    }
  });

  const bad = {
    'a rate of 0': { ratePerS: 0 },
    'a NaN rate': { ratePerS: Number.NaN },
    'a negative burstiness': { burstiness: -1 },
    'half a request': { extent: { requests: 1.5 } },
    'no request': { extent: { requests: 0 } },
    'an endless duration': { extent: { durationMs: Infinity } },
    'more requests than any run can hold': { extent: { requests: 6_000_000 } },
  };
  for (const [name, options] of Object.entries(bad)) {
    it(`refuses ${name}`, () => {
      expect(() => seededSchedule({ ...base, ...options }))
        .to.throw(VoltanaError)
        .with.property('code', 'BAD_VALUE');
    });
  }
});
