import { expect } from 'chai';
import { pace } from '../../../../../src/adapters/load/stream/pace.ts';
import type { Time } from '../../../../../src/ports/time.ts';

/** Virtual time whose timers fire `earlyMs` before they should, as real ones may. */
const createTime = (earlyMs = 0) => {
  let nowMs = 1000;
  let timers: { atMs: number; callback: () => void }[] = [];
  const time: Time = {
    nowMs: () => nowMs,
    sleep: () => Promise.reject(new Error('not used')),
    at: (atMs, callback) => {
      const timer = { atMs, callback };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
  };
  const step = (): boolean => {
    const timer = timers.shift();
    if (timer === undefined) return false;
    nowMs = Math.max(nowMs + 0.1, timer.atMs - earlyMs);
    timer.callback();
    return true;
  };
  return { time, step, advance: (ms: number) => (nowMs += ms) };
};

const requestsAt = (...arrivalsMs: number[]) =>
  arrivalsMs.map((arrivalMs, n) => ({ id: `r${n}`, arrivalMs, promptTokens: 1, maxTokens: 1 }));

describe('pace', () => {
  it('sends each request at its absolute time, never early, and says when all are sent', () => {
    for (const earlyMs of [0, 0.7]) {
      const { time, step } = createTime(earlyMs);
      const sentMs: number[] = [];
      let all = 0;
      pace(
        requestsAt(0, 5, 5, 30),
        time,
        1000,
        () => sentMs.push(time.nowMs() - 1000),
        () => (all += 1),
      );
      while (step());
      [0, 5, 5, 30].forEach((dueMs, index) => expect(sentMs[index]).to.be.within(dueMs, dueMs + 1));
      expect(all).to.equal(1);
    }
  });

  it('sends what is overdue at once and keeps to the later times', () => {
    const { time, step, advance } = createTime();
    const sentMs: number[] = [];
    pace(
      requestsAt(10, 20, 30, 100),
      time,
      1000,
      () => sentMs.push(time.nowMs() - 1000),
      () => {},
    );
    advance(50);
    while (step());
    expect(sentMs.slice(0, 3).every((ms) => ms >= 50 && ms < 51)).to.equal(true);
    expect(sentMs[3]).to.equal(100);
  });

  it('sends nothing at or after the time for sending, and says so when nothing more can come', () => {
    for (const [sendForMs, sent] of [
      [0, 0],
      [20, 1],
      [21, 2],
      [1000, 3],
    ] as const) {
      const { time, step, advance } = createTime();
      let [count, all] = [0, 0];
      const schedule = requestsAt(10, 20, 30);
      pace(
        schedule,
        time,
        1000,
        () => (count += 1),
        () => (all += 1),
        sendForMs,
      );
      while (step());
      expect([count, all], `within ${sendForMs} ms`).to.deep.equal([sent, 1]);
      // What is overdue when the time is up is not sent any more.
      advance(5000);
      let late = 0;
      pace(
        schedule,
        time,
        1000,
        () => (late += 1),
        () => {},
        sendForMs,
      );
      expect(late).to.equal(0);
    }
  });

  it('sends nothing more once stopped, not even from within a send', () => {
    const { time, step } = createTime();
    const sent: string[] = [];
    let all = 0;
    const stop = pace(
      requestsAt(5, 5, 9),
      time,
      1000,
      ({ id }) => {
        sent.push(id);
        stop();
      },
      () => (all += 1),
    );
    while (step());
    expect([sent, all]).to.deep.equal([['r0'], 0]);
  });
});
