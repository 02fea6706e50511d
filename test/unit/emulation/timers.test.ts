import { expect } from 'chai';
import { Timers } from '../../../src/emulation/timers.ts';

const timed = (order: number) => ({ order, timerMs: Infinity });

describe('timers', () => {
  it('give those that are due together in their own order, once', () => {
    const timers = new Timers<ReturnType<typeof timed>>();
    const [a, b, c] = [timed(0), timed(1), timed(2)];
    timers.set(c, 10);
    timers.set(a, 10);
    timers.set(b, 5);
    expect(timers.nextMs()).to.equal(5);
    expect(timers.due(10)).to.deep.equal([a, b, c]);
    expect([timers.due(10), timers.nextMs(), a.timerMs]).to.deep.equal([[], Infinity, Infinity]);
  });

  it('forget what was moved or cancelled', () => {
    const timers = new Timers<ReturnType<typeof timed>>();
    const [moved, cancelled] = [timed(0), timed(1)];
    timers.set(moved, 5);
    timers.set(cancelled, 6);
    timers.set(moved, 20);
    cancelled.timerMs = Infinity;
    expect(timers.nextMs()).to.equal(20);
    timers.set(moved, 5);
    expect(timers.due(30)).to.deep.equal([moved]);
  });
});
