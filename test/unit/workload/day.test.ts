import { expect } from 'chai';
import * as fc from 'fast-check';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { atShares, checkShares, evenMsOf } from '../../../src/workload/day.ts';
import { thrownBy } from '../../fixtures/thrown.ts';

/** One request every 100 ms, without an end. */
function* even(): Generator<WorkloadRequest> {
  for (let i = 1; ; i++) yield { id: `r${i}`, arrivalMs: i * 100, promptTokens: i, maxTokens: 1 };
}

const timesOf = (shares: readonly number[], secondsPerShare: number): number[] =>
  [...atShares(even(), { shares, secondsPerShare })].map(({ arrivalMs }) => arrivalMs);

describe('a day of shares', () => {
  it('is the even load where all shares are 1', () => {
    expect(timesOf([1, 1], 1)).to.deep.equal(Array.from({ length: 19 }, (_, i) => (i + 1) * 100));
  });

  it('has gaps by the share of their time', () => {
    expect(timesOf([2, 0.5], 1)).to.deep.equal([...Array.from({ length: 19 }, (_, i) => (i + 1) * 50), 1000, 1200, 1400, 1600, 1800]);
  });

  it('has none where the share is 0', () => {
    expect(timesOf([0, 1, 0, 0, 1], 0.5)).to.deep.equal([600, 700, 800, 900, 2000, 2100, 2200, 2300, 2400]);
  });

  it('ascends, lies within the day, and brings each stretch its share, whatever the shares', () => {
    const shares = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.05, max: 4, noNaN: true })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(shares, fc.double({ min: 0.5, max: 20, noNaN: true }), (some, secondsPerShare) => {
        const day = { shares: [...some, 1], secondsPerShare };
        const all = [...atShares(even(), day)];
        const times = all.map(({ arrivalMs }) => arrivalMs);
        expect([...times].sort((a, b) => a - b)).to.deep.equal(times);
        expect(all.map(({ promptTokens }) => promptTokens)).to.deep.equal(Array.from({ length: all.length }, (_, i) => i + 1));
        expect(all.length).to.be.closeTo(evenMsOf(day) / 100, 1);
        day.shares.forEach((share, i) => {
          const [fromMs, toMs] = [i * secondsPerShare * 1000, (i + 1) * secondsPerShare * 1000];
          const count = times.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
          expect(count).to.be.closeTo(share * secondsPerShare * 10, 1.001);
        });
      }),
      { numRuns: 50, seed: 7 },
    );
  });

  it('refuses shares that are none', () => {
    for (const shares of [[], [0, 0], [1, -1], [1, NaN], [Infinity]])
      expect(thrownBy(() => checkShares({ shares, secondsPerShare: 1 })).code, String(shares)).to.equal('BAD_VALUE');
    for (const secondsPerShare of [0, -1, NaN, Infinity])
      expect(thrownBy(() => checkShares({ shares: [1], secondsPerShare })).code, String(secondsPerShare)).to.equal('BAD_VALUE');
    expect(thrownBy(() => timesOf([0], 1)).message).to.include('above 0');
  });
});
