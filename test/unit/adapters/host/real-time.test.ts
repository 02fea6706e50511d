import { expect } from 'chai';
import { realTime } from '../../../../src/adapters/host/real-time.ts';

describe('realTime', () => {
  const time = realTime();

  it('never fires early, whatever the fraction of a millisecond', async () => {
    const earlyMs = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const atMs = time.nowMs() + index * 0.73;
        return new Promise<number>((resolve) => time.at(atMs, () => resolve(atMs - time.nowMs())));
      }),
    );
    expect(Math.max(...earlyMs)).to.be.at.most(0);
  });

  it('fires for a moment that has passed', (done) => {
    time.at(time.nowMs() - 1000, done);
  });

  it('does not fire after it was cancelled', async () => {
    let fired = false;
    time.at(time.nowMs() + 5, () => (fired = true))();
    await time.sleep(30);
    expect(fired).to.equal(false);
  });

  it('waits longer than a timer can hold', async () => {
    let fired = false;
    const cancel = time.at(time.nowMs() + 2 ** 31 + 10, () => (fired = true));
    await time.sleep(30);
    cancel();
    expect(fired).to.equal(false);
  });

  it('a sleep ends with the reason of its signal, before or while it sleeps', async () => {
    const reason = new Error('enough');
    const whileAsleep = new AbortController();
    const sleeping = time.sleep(60_000, whileAsleep.signal).catch((error: unknown) => error);
    whileAsleep.abort(reason);
    expect(await sleeping).to.equal(reason);
    expect(await time.sleep(60_000, AbortSignal.abort(reason)).catch((error: unknown) => error)).to.equal(reason);
  });

  it('leaves no listener on a signal that outlives the sleep', async () => {
    const { signal } = new AbortController();
    let balance = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (balance++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (balance--, remove(...args));
    await time.sleep(1, signal);
    expect(balance).to.equal(0);
  });
});
