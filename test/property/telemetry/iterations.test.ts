import { expect } from 'chai';
import fc from 'fast-check';
import { median } from 'simple-statistics';
import { IterationWatch } from '../../../src/telemetry/iterations.ts';
import { offPct, watched } from '../../fixtures/streams.ts';

const event = fc.record({
  kind: fc.constantFrom('tokens' as const, 'tokens' as const, 'tokens' as const, 'ended' as const, 'clock' as const),
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  count: fc.integer({ min: 1, max: 4 }),
  afterMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true })),
  clockMhz: fc.option(fc.constantFrom(900, 1410)),
});

describe('an iteration watch, whatever comes', () => {
  it('gives only samples that can be: positive, of the clock that holds, no more requests than there were', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const watch = new IterationWatch();
        let nowMs = 0;
        for (const { kind, id, count, afterMs, clockMhz } of events) {
          nowMs += afterMs;
          if (kind === 'tokens') watch.tokens(id, count, 50, nowMs);
          else if (kind === 'ended') watch.ended(id);
          else watch.clock(clockMhz, nowMs);
          for (const sample of watch.take()) {
            expect([900, 1410]).to.include(sample.clockMhz);
            expect(sample.latencyMs).to.be.above(0);
            expect(sample.batch).to.be.above(0);
            expect(sample.kvTokens / sample.batch).to.be.closeTo(50, 1e-6);
            expect(sample.atMs).to.be.at.most(nowMs);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is right in the median on any emulated device, at any load, through a moderate network', () => {
    const worlds = fc.record({
      seed: fc.integer({ min: 1, max: 500 }),
      ratePerS: fc.double({ min: 1, max: 12, noNaN: true }),
      jitterMs: fc.double({ min: 0, max: 3, noNaN: true }),
      heldFraction: fc.double({ min: 0, max: 0.1, noNaN: true }),
    });
    fc.assert(
      fc.property(worlds, ({ seed, ...network }) => {
        const off = offPct(seed, watched(seed, { ...network, heldMs: 12 }, 8000));
        expect(off.length).to.be.above(5);
        expect(median(off.map(Math.abs))).to.be.below(2);
      }),
      { numRuns: 12 },
    );
  });
});
