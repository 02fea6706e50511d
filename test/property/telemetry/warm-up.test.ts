import { expect } from 'chai';
import fc from 'fast-check';
import type { RequestOutcome } from '../../../src/domain/request.ts';
import { drawGamma, drawNormal } from '../../../src/statistics/draws.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { WARM_UP_LIMITS, WarmUpWatch, type WarmUpVerdict } from '../../../src/telemetry/warm-up.ts';

const outcome = (ttftMs: number, gapMs: number, status: RequestOutcome['status'] = 'completed'): RequestOutcome => ({
  ...{ id: 'r', status, intendedMs: 100, sentMs: 100, firstTokenMs: 100 + ttftMs, endMs: 100 + ttftMs + 2 * gapMs },
  ...{ promptTokens: 10, outputTokens: 3, gapsMs: [gapMs, gapMs], error: status === 'completed' ? null : 'no' },
});

/** Feeds requests until the verdict is no longer open. @returns it, and after how many */
const feed = (make: (i: number) => RequestOutcome, watch = new WarmUpWatch()): [verdict: WarmUpVerdict, ended: number] => {
  let verdict: WarmUpVerdict = 'warming';
  for (let i = 0; verdict === 'warming'; i += 1) verdict = watch.add(make(i));
  return [verdict, watch.ended];
};

const { window, mostRequests } = WARM_UP_LIMITS;
const SEEDS = Array.from({ length: 200 }, (_, i) => i);
/** Latencies as a loaded server has them, `factor` times as long for the i-th request. */
const noisy = (seed: number, factor: (i: number) => number): ((i: number) => RequestOutcome) => {
  const random = createRandom(seed);
  return (i) => outcome(factor(i) * drawGamma(random, 4, 200), factor(i) * 20 * Math.exp(drawNormal(random, 0, 0.1)));
};

describe('warm-up, properties', () => {
  it('latencies that do not change have settled after two windows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.double({ min: 0, max: 1e4, noNaN: true }), (ttftMs, gapMs) => {
        expect(feed(() => outcome(ttftMs, gapMs))).to.deep.equal(['settled', 2 * window]);
      }),
    );
  });

  it('latencies that keep falling, or rising, never do, and the limit ends it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.005, max: 0.02, noNaN: true }), fc.boolean(), (step, rising) => {
        const factor = (i: number): number => Math.exp((rising ? 1 : -1) * step * i);
        expect(feed((i) => outcome(1000 * factor(i), 20))).to.deep.equal(['gave-up', mostRequests]);
        expect(feed((i) => outcome(1000, 20 * factor(i)))).to.deep.equal(['gave-up', mostRequests]);
      }),
      { numRuns: 25 },
    );
  });

  it('does not settle while the cold requests are in one of the windows', () => {
    for (const seed of SEEDS) {
      const cold = 24;
      const [verdict, ended] = feed(noisy(seed, (i) => (i < cold ? 5 : 1)));
      expect(verdict).to.equal('settled');
      expect(ended).to.be.at.least(cold + window);
    }
  });

  it('a warm server has settled at once in most cases, and soon in nearly all', () => {
    const ends = SEEDS.map((seed) => feed(noisy(seed, () => 1))[1]).sort((a, b) => a - b);
    expect(ends[SEEDS.length / 2]).to.equal(2 * window);
    expect(ends[0.95 * SEEDS.length]).to.be.at.most(4 * window);
  });

  it('failures end a warm-up, and time does; once over it stays so', () => {
    expect(feed(() => outcome(100, 10, 'failed'))).to.deep.equal(['gave-up', mostRequests]);
    const watch = new WarmUpWatch({ mostS: 5 });
    expect([watch.at(4.9), watch.at(5), watch.at(0)]).to.deep.equal(['warming', 'gave-up', 'gave-up']);
    expect(feed(() => outcome(100, 10), watch)[0]).to.equal('gave-up');
    const settled = new WarmUpWatch({ window: 2 });
    expect(feed(() => outcome(100, 10), settled)).to.deep.equal(['settled', 4]);
    expect(settled.at(1e9)).to.equal('settled');
  });

  it('answers of one chunk have no gap that could drift', () => {
    expect(feed(() => ({ ...outcome(100, 10), gapsMs: [] }))).to.deep.equal(['settled', 2 * window]);
  });
});
