import { expect } from 'chai';
import { ranApart } from '../../../../src/runs/profiling/prompt-groups.ts';
import { errorPct, expectNothingLeft } from '../../../fixtures/world/profiled-truth.ts';
import { fixedPoints, planned, profilingBench } from '../../../fixtures/world/profiling-bench.ts';

const TOGETHER = [planned(1410, 64, 64), planned(690, 4, 1024), planned(1005, 16, 1024)];

describe('prompts of one iteration', () => {
  it('measures prompts that share an iteration: all of a group in one, within 0.1 %, and no group with another', async () => {
    const bench = profilingBench(['p0']);
    const { points } = await bench.run(fixedPoints(TOGETHER));
    for (const point of points) {
      expect(errorPct(bench, point)).to.be.below(0.1);
      expect(point.valid, point.reasons.join()).to.equal(true);
    }
    await expectNothingLeft(bench);
  });

  it("sees from the answers that prompts ran in another iteration: somebody else's fill it, and the point says so", async () => {
    const bench = profilingBench(['p0']);
    const { machine, pump } = bench.cluster.node('p0');
    let count = 0;
    // So long that a group does not fit beside it: some of its prompts wait for the next iteration.
    const other = (): void => {
      pump.input((nowMs) => machine.submit({ id: `other-${++count}`, room: 0, promptTokens: 14_000, maxTokens: 1 }, nowMs));
      bench.time.at(bench.time.nowMs() + 1500, () => count < 60 && other());
    };
    other();
    const [point] = (await bench.run(fixedPoints([planned(1410, 8, 512)], {}, { limitMs: 6000 }))).points;
    expect(point!.valid).to.equal(false);
    expect(point!.reasons.join()).to.include('the prompts were not computed together, or with others');
  });

  it('finds back to whole groups after somebody else came between once', async () => {
    const bench = profilingBench(['p0']);
    const { machine, pump } = bench.cluster.node('p0');
    bench.time.at(1000, () => {
      pump.input((nowMs) => machine.submit({ id: 'other', room: 0, promptTokens: 14_000, maxTokens: 1 }, nowMs));
    });
    const [point] = (await bench.run(fixedPoints([planned(1410, 8, 512)], {}, { minMs: 6000, limitMs: 20_000 }))).points;
    expect(point!.valid, point!.reasons.join()).to.equal(true);
    expect(errorPct(bench, point!)).to.be.below(0.5);
  });

  it('are told apart by their answers: early, late, and two groups at once', () => {
    const group = (firstMs: number, lastMs: number) => ({ latencyMs: 20, firstMs, lastMs });
    const whole = [group(10, 10), group(20, 21), group(30, 30), group(40, 42)];
    expect(ranApart(whole, 0)).to.equal(true);
    // One of a group answered with the next one.
    expect(ranApart([group(10, 10), group(20, 30), group(30, 30), group(40, 40)], 0)).to.equal(false);
    // Two groups were one iteration.
    expect(ranApart([group(10, 10), group(20, 20), group(20, 20), group(30, 30), group(40, 40)], 0)).to.equal(false);
    // One iteration that took five times as long is no other group.
    expect(ranApart([group(10, 10), group(60, 60), group(70, 70), group(80, 80)], 0)).to.equal(true);
  });
});
