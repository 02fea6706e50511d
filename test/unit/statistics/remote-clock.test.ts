import { expect } from 'chai';
import fc from 'fast-check';
import { RemoteClock } from '../../../src/statistics/remote-clock.ts';

describe('remote clock', () => {
  it('takes the middle of what all round trips so far allow', () => {
    const clock = new RemoteClock();
    expect(clock.toLocalMs(1000, 50, 60)).to.equal(55);
    // Slower, and lopsided: it allows all that the first one does.
    expect(clock.toLocalMs(1100, 150, 400)).to.equal(155);
    expect(clock.toLocalMs(2000, 1056, 1058)).to.equal(1057);
    expect(clock.toLocalMs(2010, 1000, 2000)).to.equal(1067);
  });

  it('two lopsided ways narrow it down together', () => {
    const clock = new RemoteClock();
    // The true offset is 0: once the question took all the time, once the answer.
    expect(clock.toLocalMs(10, 0, 11)).to.equal(5.5);
    expect(clock.toLocalMs(20, 20, 30)).to.equal(20.5);
  });

  it('a moment lies between its question and its answer, and later questions get later moments', () => {
    const ways = fc.record({ pauseMs: fc.integer({ min: 0, max: 50 }), thereMs: fc.nat(100), backMs: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(ways, { maxLength: 30 }), fc.integer({ min: -1_000_000, max: 1_000_000 }), (trips, offsetMs) => {
        const clock = new RemoteClock();
        let nowMs = 0;
        let beforeMs = -Infinity;
        for (const { pauseMs, thereMs, backMs } of trips) {
          const sentMs = nowMs + pauseMs;
          nowMs = sentMs + thereMs + backMs;
          const atMs = clock.toLocalMs(sentMs + thereMs - offsetMs, sentMs, nowMs);
          expect(atMs).to.be.within(Math.max(sentMs, beforeMs), nowMs);
          beforeMs = atMs;
        }
      }),
    );
  });

  it('begins anew when a clock has jumped', () => {
    const clock = new RemoteClock();
    clock.toLocalMs(1000, 50, 60);
    expect(clock.toLocalMs(1100, 5000, 5010)).to.equal(5005);
    expect(clock.toLocalMs(9000, 5020, 5030)).to.equal(5025);
  });
});
