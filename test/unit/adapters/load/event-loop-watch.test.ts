import { expect } from 'chai';
import { watchEventLoop } from '../../../../src/adapters/load/event-loop-watch.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const busy = (ms: number): void => {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
};

describe('watchEventLoop', () => {
  it('sees what held the loop up and what processor time it took, and forgets it on restart', async () => {
    const watch = watchEventLoop();
    try {
      expect(watch.figures().eventLoopDelayMs).to.equal(null);
      await sleep(50);
      busy(150);
      await sleep(50);
      const { eventLoopDelayMs, cpuS } = watch.figures();
      expect(eventLoopDelayMs!.max).to.be.at.least(100);
      expect(eventLoopDelayMs!.p50).to.be.at.most(eventLoopDelayMs!.p99).and.at.least(0);
      expect(cpuS).to.be.above(0);
      watch.restart();
      expect(watch.figures().eventLoopDelayMs).to.equal(null);
      expect(watch.figures().cpuS).to.be.below(cpuS);
    } finally {
      watch.close();
      watch.close();
    }
  });
});
