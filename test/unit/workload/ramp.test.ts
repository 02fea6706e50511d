import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { Ramp } from '../../../src/workload/ramp.ts';
import { seededArrivals, seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { smallCard } from './fixtures.ts';

const drawn = (ratePerS: number | Ramp, extent: { requests: number } | { durationMs: number }, arrivalShape?: 'constant', seed = 1) =>
  seededSchedule({ card: smallCard, ratePerS, burstiness: 1, seed, extent, ...(arrivalShape && { arrivalShape }) });
const ramp = (startRps: number, endRps: number, strategy: Ramp['strategy'] = 'linear'): Ramp => ({ startRps, endRps, strategy });
const before = (requests: readonly { arrivalMs: number }[], ms: number): number =>
  requests.filter(({ arrivalMs }) => arrivalMs < ms).length;

describe('constant arrivals', () => {
  it('have even gaps, the first of them half, and fill a duration exactly', () => {
    expect(drawn(4, { requests: 3 }, 'constant').map(({ arrivalMs }) => arrivalMs)).to.deep.equal([125, 375, 625]);
    expect(drawn(7, { durationMs: 10_000 }, 'constant')).to.have.length(70);
  });

  it('draw the lengths of any other arrivals', () => {
    const lengths = (requests: ReturnType<typeof drawn>) => requests.map(({ promptTokens, maxTokens }) => [promptTokens, maxTokens]);
    const poisson = lengths(drawn(4, { requests: 50 }));
    expect(lengths(drawn(4, { requests: 50 }, 'constant'))).to.deep.equal(poisson);
    expect(lengths(drawn(ramp(1, 9), { requests: 50 }))).to.deep.equal(poisson);
  });

  it('have no burstiness', () => {
    const options = { card: smallCard, ratePerS: 1, burstiness: 2, seed: 1, extent: { requests: 1 }, arrivalShape: 'constant' } as const;
    expect(() => seededSchedule(options)).to.throw(VoltanaError, 'a burstiness of 2 has no meaning with constant arrivals');
  });
});

describe('a ramp of rates', () => {
  // By time t of T a linear ramp from a to b has brought a t + (b - a) t^2 / (2 T) requests, an exponential one a (e^(g t/T) - 1) T/g with g = ln(b/a).
  it('goes linearly over the time', () => {
    const requests = drawn(ramp(0, 20), { durationMs: 100_000 }, 'constant');
    expect(requests).to.have.length(1000);
    expect(before(requests, 50_000)).to.be.closeTo(250, 1);
    expect(before(requests, 25_000)).to.be.closeTo(62.5, 1);
  });

  it('goes down as well', () => {
    expect(before(drawn(ramp(20, 1e-9), { durationMs: 100_000 }, 'constant'), 50_000)).to.be.closeTo(750, 1);
  });

  it('goes exponentially over the time', () => {
    const requests = drawn(ramp(1, 16, 'exponential'), { durationMs: 100_000 }, 'constant');
    expect(requests.length).to.be.closeTo((15 * 100) / Math.log(16), 1);
    // Half the time is half the doublings.
    expect(before(requests, 50_000)).to.be.closeTo((3 * 100) / Math.log(16), 1);
  });

  it('of so many requests ends at its last rate, when the last of them arrives', () => {
    for (const strategy of ['linear', 'exponential'] as const) {
      const requests = drawn(ramp(2, 40, strategy), { requests: 2000 }, 'constant');
      expect(requests).to.have.length(2000);
      const [last, beforeIt] = [requests.at(-1)!, requests.at(-2)!];
      expect(last.arrivalMs - beforeIt.arrivalMs).to.be.closeTo(1000 / 40, 0.1);
      expect(requests[20]!.arrivalMs).to.be.above(5000);
    }
  });

  it('with drawn gaps brings as many in the mean, and the same for one seed', () => {
    const counts = Array.from({ length: 30 }, (_, seed) => before(drawn(ramp(0, 20), { durationMs: 100_000 }, undefined, seed), 50_000));
    // 30 Poisson counts of mean 250: their mean is within 4 standard errors.
    expect(counts.reduce((sum, count) => sum + count, 0) / 30).to.be.closeTo(250, 4 * Math.sqrt(250 / 30));
    expect(drawn(ramp(1, 5), { requests: 20 })).to.deep.equal(drawn(ramp(1, 5), { requests: 20 }));
  });

  it('between equal rates is that rate', () => {
    for (const strategy of ['linear', 'exponential'] as const) {
      const flat = drawn(ramp(5, 5, strategy), { requests: 40 });
      drawn(5, { requests: 40 }).forEach(({ arrivalMs }, i) => expect(flat[i]!.arrivalMs).to.be.closeTo(arrivalMs, 1e-6));
    }
  });

  for (const [name, bad] of [
    ['negative', ramp(-1, 5)],
    ['endless', ramp(1, Infinity)],
    ['that ends in nothing', ramp(1, 0)],
    ['exponential from nothing', ramp(0, 5, 'exponential')],
  ] as const)
    it(`refuses one ${name}`, () => {
      expect(() => drawn(bad, { requests: 3 }))
        .to.throw(VoltanaError)
        .with.property('code', 'BAD_VALUE');
    });
});

describe('arrivals for requests without times', () => {
  const requests = drawn(3, { requests: 40 }).map((one) => ({ ...one, arrivalMs: 0 }));

  it('are those of a drawn schedule of the same seed, the requests as they are', () => {
    const timed = [...seededArrivals(requests, { ratePerS: 5, burstiness: 1, seed: 1, extent: { requests: 40 } })];
    expect(timed).to.deep.equal(drawn(5, { requests: 40 }));
  });

  it('end with the extent or with the requests', () => {
    const counted = (extent: { requests: number } | { durationMs: number }): number =>
      [...seededArrivals(requests, { ratePerS: 5, burstiness: 1, arrivalShape: 'constant', seed: 1, extent })].length;
    expect(counted({ durationMs: 2000 })).to.equal(10);
    expect(counted({ durationMs: 1e9 })).to.equal(40);
    expect(counted({ requests: 7 })).to.equal(7);
  });
});
