import { expect } from 'chai';
import fc from 'fast-check';
import { TimeSums } from '../../../src/statistics/time-sums.ts';

const entries = fc.array(fc.record({ atMs: fc.integer({ min: -500, max: 4_000_000 }), amount: fc.integer({ min: 0, max: 9 }) }), {
  maxLength: 120,
});
const tally = (all: readonly { atMs: number; amount: number }[], kept?: number): TimeSums => {
  const sums = new TimeSums(0, kept);
  for (const { atMs, amount } of all) sums.add(atMs, amount);
  return sums;
};

describe('properties of sums over time', () => {
  it('parts hold everything, also what lies outside', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom(0, 10, 1000), fc.integer({ min: 1, max: 20 }), (all, kept, count) => {
        const total = all.reduce((sum, { amount }) => sum + amount, 0);
        const parts = tally(all, kept).parts(Array.from({ length: count + 1 }, (_, i) => 1000 + i * 60_000));
        expect(parts).to.have.length(count);
        expect(parts.reduce((sum, part) => sum + part, 0)).to.be.closeTo(total, 1e-6);
        for (const part of parts) expect(part).to.be.at.least(-1e-9);
      }),
    );
  });

  it('parts are what came between their edges, in whatever order it was told', () => {
    const times = fc.array(fc.integer({ min: -500, max: 50 }), { minLength: 2, maxLength: 12 });
    const near = fc.array(fc.record({ atMs: fc.integer({ min: -600, max: 100 }), amount: fc.integer({ min: 0, max: 9 }) }));
    fc.assert(
      fc.property(near, times, (all, unordered) => {
        const edgesMs = [...unordered].sort((a, b) => a - b);
        const sums = tally(all);
        const last = edgesMs.length - 1;
        const upTo = edgesMs.map((edgeMs, i) => (i === 0 ? 0 : i === last ? sums.total : sums.before(edgeMs)));
        expect(sums.parts(edgesMs)).to.deep.equal(upTo.slice(1).map((sum, i) => sum - upTo[i]!));
        expect(sums.parts([0])).to.deep.equal([]);
      }),
    );
  });

  it('is exact while entries are kept, and within its bins beyond', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 0, max: 4_000_000 }), (all, atMs) => {
        const before = (ms: number): number => all.filter((entry) => entry.atMs < ms).reduce((sum, { amount }) => sum + amount, 0);
        expect(tally(all).before(atMs)).to.equal(before(atMs));
        // 4 000 s in 8192 bins: half a second each; what came before the first counts in it.
        const late = all.map((entry) => ({ ...entry, atMs: Math.max(0, entry.atMs) }));
        const lateBefore = (ms: number): number => late.filter((entry) => entry.atMs < ms).reduce((sum, { amount }) => sum + amount, 0);
        expect(tally(late, 0).before(atMs)).to.be.within(lateBefore(atMs - 500) - 1e-9, lateBefore(atMs + 500) + 1e-9);
      }),
    );
  });
});
