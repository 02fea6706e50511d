import { expect } from 'chai';
import { summedFigures } from '../../../../../src/adapters/gateway/process-figures.ts';
import { createPromptEstimator } from '../../../../../src/adapters/gateway/prompt-estimate.ts';
import { sharedEstimator, type SharedEstimator } from '../../../../../src/adapters/gateway/remote/shared-estimator.ts';
import { originOf, timeSince } from '../../../../../src/adapters/host/machine-time.ts';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import type { ProcessFigures } from '../../../../../src/domain/process-figures.ts';

const figures = (of: number): ProcessFigures => ({
  eventLoopDelayS: { p50: of, p99: 10 - of, max: of },
  cpuS: of,
  residentBytes: 10 * of,
  heapBytes: 100 * of,
  uptimeS: of,
});

describe('what the processes of a gateway share', () => {
  it('what one learns all guess by, exactly as one process that saw everything', () => {
    const alone = createPromptEstimator();
    const all: SharedEstimator[] = [];
    for (let i = 0; i < 3; i += 1) {
      const own: SharedEstimator = sharedEstimator((learned) =>
        all.filter((other) => other !== own).forEach((other) => other.hear(learned)),
      );
      all.push(own);
    }
    for (let i = 0; i < 60; i += 1) {
      const learned = ['m', 1000 + 37 * i, 200 + ((i * 13) % 90)] as const;
      alone.learn(...learned);
      all[i % 3]!.learn(...learned);
    }
    for (const one of all) {
      expect(one.estimate('m', 12_345)).to.equal(alone.estimate('m', 12_345));
      expect(one.quality()).to.deep.equal(alone.quality());
    }
  });

  it('figures add up, and the event loop that is late most is shown', () => {
    expect(summedFigures(figures(1), [figures(2), figures(4)])).to.deep.equal({
      eventLoopDelayS: { p50: 4, p99: 9, max: 4 },
      cpuS: 7,
      residentBytes: 70,
      heapBytes: 700,
      uptimeS: 1,
    });
    expect(summedFigures(figures(3), [])).to.deep.equal(figures(3));
  });

  it('a clock can be read as another process reads it, and its timers fire by it', async () => {
    const own = realTime();
    const aheadMs = 5000;
    const other = timeSince(originOf(own) - aheadMs);
    const [before, there, after] = [own.nowMs(), other.nowMs(), own.nowMs()];
    expect(there - aheadMs).to.be.within(before - 1, after + 1);
    const dueMs = other.nowMs() + 20;
    const firedMs = await new Promise<number>((resolve) => other.at(dueMs, () => resolve(other.nowMs())));
    expect(firedMs).to.be.at.least(dueMs - 0.001);
    const back = timeSince(originOf(other));
    const [early, same, late] = [other.nowMs(), back.nowMs(), other.nowMs()];
    expect(same).to.be.within(early - 1, late + 1);
  });
});
