import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { Time } from '../../src/ports/time.ts';
import { rejected } from '../fixtures/rejected.ts';

export interface TimeSubject {
  readonly time: Time;
  /** Lets at least so much time pass, with everything that is due in it. */
  pass(durationMs: number): Promise<void>;
  /** Timers armed at the moment: only differences within one turn mean anything. */
  armed(): number;
}

/** Every Time passes this, real or virtual. */
export const timeContract = (name: string, start: () => TimeSubject): void => {
  describe(`time contract: ${name}`, () => {
    let subject: TimeSubject;
    beforeEach(() => (subject = start()));

    it('never falls, and goes on', async () => {
      const { time, pass } = subject;
      const seen = [time.nowMs()];
      for (let i = 0; i < 1000; i += 1) seen.push(time.nowMs());
      await pass(20);
      seen.push(time.nowMs());
      expect([...seen].sort((a, b) => a - b)).to.deep.equal(seen);
      expect(seen.at(-1)! - seen[0]!).to.be.at.least(19);
    });

    it('at: calls back once, never early, whatever the fraction of a millisecond', async () => {
      const { time, pass } = subject;
      const fromMs = time.nowMs();
      const calls: { readonly dueMs: number; readonly atMs: number }[] = [];
      for (let i = 0; i < 40; i += 1) {
        const dueMs = fromMs + i * 0.73;
        time.at(dueMs, () => void calls.push({ dueMs, atMs: time.nowMs() }));
      }
      await pass(100);
      expect(calls).to.have.length(40);
      for (const { dueMs, atMs } of calls) expect(atMs).to.be.at.least(dueMs);
    });

    it('at: never inside the call, also for a moment that has passed', async () => {
      const { time, pass } = subject;
      const order: string[] = [];
      time.at(time.nowMs() - 1000, () => {
        order.push('first');
        time.at(time.nowMs(), () => void order.push('second'));
        order.push('first returns');
      });
      order.push('asked');
      await pass(50);
      expect(order).to.deep.equal(['asked', 'first', 'first returns', 'second']);
    });

    it('at: what is due first comes first, whatever was asked for first', async () => {
      const { time, pass } = subject;
      const fromMs = time.nowMs();
      const order: number[] = [];
      for (const afterMs of [60, 15, 45, 30, -5]) time.at(fromMs + afterMs, () => void order.push(afterMs));
      await pass(120);
      expect(order).to.deep.equal([-5, 15, 30, 45, 60]);
    });

    it('at: cancelled, it calls nobody and leaves no timer; to cancel again, or too late, does nothing', async () => {
      const { time, pass, armed } = subject;
      await pass(1);
      const before = armed();
      const called: string[] = [];
      const cancel = time.at(time.nowMs() + 5, () => void called.push('cancelled'));
      const late = time.at(time.nowMs() + 5, () => void called.push('kept'));
      expect(armed()).to.equal(before + 2);
      cancel();
      cancel();
      expect(armed()).to.equal(before + 1);
      await pass(40);
      late();
      await pass(20);
      expect(called).to.deep.equal(['kept']);
    });

    it('at: one callback may cancel another that is due with it', async () => {
      const { time, pass } = subject;
      const dueMs = time.nowMs() + 10;
      const called: string[] = [];
      const cancels: (() => void)[] = [];
      for (const [own, other] of [
        ['a', 1],
        ['b', 0],
      ] as const) {
        cancels.push(
          time.at(dueMs, () => {
            called.push(own);
            cancels[other]!();
          }),
        );
      }
      await pass(50);
      expect(called).to.have.length(1);
    });

    it('at: waits for a moment further off than a timer can hold', async () => {
      const { time, pass, armed } = subject;
      let called = false;
      const cancel = time.at(time.nowMs() + 2 ** 31 + 10, () => (called = true));
      await pass(30);
      expect(called).to.equal(false);
      const before = armed();
      cancel();
      expect(armed()).to.equal(before - 1);
    });

    it('sleep: wakes once its time is over, never earlier; none or less than none is a short sleep too', async () => {
      const { time, pass } = subject;
      const fromMs = time.nowMs();
      const wakesMs: number[] = [];
      const sleeping = [25.4, 10, 0, -5].map(async (durationMs) => {
        await time.sleep(durationMs);
        wakesMs.push(durationMs);
        expect(time.nowMs() - fromMs).to.be.at.least(durationMs);
      });
      expect(wakesMs, 'inside the call').to.deep.equal([]);
      await pass(80);
      await Promise.all(sleeping);
      expect(wakesMs.slice(-2)).to.deep.equal([10, 25.4]);
    });

    it('sleep: ends at once with the reason of its signal, and leaves neither timer nor listener', async () => {
      const { time, pass, armed } = subject;
      const reason = new Error('enough');
      const controller = new AbortController();
      await pass(1);
      const before = armed();
      const sleeping = rejected(time.sleep(60_000, controller.signal));
      expect(armed()).to.equal(before + 1);
      controller.abort(reason);
      expect(armed()).to.equal(before);
      const tooLate = rejected(time.sleep(60_000, controller.signal));
      expect(armed()).to.equal(before);
      expect([await sleeping, await tooLate]).to.deep.equal([reason, reason]);
      expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
    });

    it('sleep: leaves no listener on a signal that outlives it, and does not mind what that says later', async () => {
      const { time, pass } = subject;
      const controller = new AbortController();
      const sleeping = time.sleep(1, controller.signal);
      await pass(30);
      await sleeping;
      expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
      controller.abort();
      await sleeping;
    });
  });
};
