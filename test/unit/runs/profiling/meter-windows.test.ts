import { expect } from 'chai';
import { emulatedDevice } from '../../../../src/emulation/instance.ts';
import { suitedTo, THOROUGH } from '../../../../src/runs/profiling/settings.ts';
import { truthOf } from '../../../fixtures/world/profiled-truth.ts';
import { fixedPoints, planned, profilingBench } from '../../../fixtures/world/profiling-bench.ts';

const DECODE = [planned(1410, 8, 512), planned(690, 8, 512)];

describe('the windows of a measurement', () => {
  it('are as long as the meter needs them', async () => {
    const short = profilingBench(['d0']);
    const slow = profilingBench(['d0']);
    Object.assign(slow.cluster.meter, { sampling: { refreshMs: 100, leastWindowMs: 5000 } });
    const plan = fixedPoints(DECODE, { idleClocksMhz: [690] });
    await short.run(plan);
    const { points, idle } = await slow.run(plan);
    expect(short.time.nowMs()).to.be.below(5000);
    expect(slow.time.nowMs()).to.be.above(3 * 5000);
    expect(points.every(({ valid }) => valid)).to.equal(true);
    expect(idle).to.have.length(1);
  });

  it('make a meter right that is renewed ten times a second', async () => {
    const bench = profilingBench(['d0']);
    const { meter } = bench.cluster;
    const read = meter.read;
    let held: Awaited<ReturnType<typeof read>> | null = null;
    meter.read = async (domain) => {
      const now = await read(domain);
      if (held === null || now.atMs - held.atMs >= 100) held = now;
      return { ...held, atMs: now.atMs };
    };
    Object.assign(meter, { sampling: { refreshMs: 100, leastWindowMs: 5000 } });
    const { points } = await bench.run(fixedPoints([planned(1005, 64, 1024)]));
    const gain = emulatedDevice(bench.specs[0]!).personality.sensorGain;
    expect(points[0]!.powerW / truthOf(bench, points[0]!).powerW / gain).to.be.closeTo(1, 0.02);
    expect(points[0]!.valid, points[0]!.reasons.join()).to.equal(true);
  });

  it('stay as they are for a meter that is always of the moment, and never shrink', () => {
    expect(suitedTo({}, THOROUGH)).to.equal(THOROUGH);
    expect(suitedTo({ sampling: { refreshMs: 1, leastWindowMs: 10 } }, THOROUGH)).to.deep.equal(THOROUGH);
  });
});
