import { expect } from 'chai';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { iterationTime } from '../../../../src/prediction/analytic/latency.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import { A100, ENGINE, deviceOf } from '../../../fixtures/devices.ts';

const decode = (batch: number, contextTokens: number) => decodeWork(batch, batch * contextTokens);
const prefill = (...promptTokens: number[]) => prefillWork(promptTokens.map((newTokens) => ({ newTokens, pastTokens: 0 })));

describe('the work of an iteration', () => {
  it('is, for a prompt, what its chunks add up to, but for the KV they read again', () => {
    const whole = prefill(1000);
    const [first, second] = [prefill(600), prefillWork([{ newTokens: 400, pastTokens: 600 }])];
    expect(first.newTokens + second.newTokens).to.equal(whole.newTokens);
    expect(first.attendedPairs + second.attendedPairs).to.equal(whole.attendedPairs);
    expect(whole.attendedPairs).to.equal((1000 * 1001) / 2);
    expect(second.kvTokens).to.equal(1000);
  });
});

describe('the analytic estimate', () => {
  const device = deviceOf();

  it('decode with a short context is the weights read once: near 11 ms at 1410 MHz, bound by memory', () => {
    const one = estimateIteration(device, decode(1, 16), 1410);
    expect(one.latencyMs).to.be.within(10, 13);
    expect(one.bound).to.equal('memory');
  });

  it('a long prompt is compute: 8192 tokens near 600 ms, bound by compute, in proportion to 1/f', () => {
    const top = estimateIteration(device, prefill(8192), 1005);
    const half = estimateIteration(device, prefill(8192), 510);
    expect(top.bound).to.equal('compute');
    expect(half.latencyMs / top.latencyMs).to.be.closeTo(1005 / 510, 0.06);
    expect(iterationTime(device, prefill(8192), 1410).totalMs).to.be.within(540, 700);
  });

  it('a tiny prompt beside a slow host is overhead', () => {
    const slowHost = deviceOf({ engine: { hostMs: { prefill: 40, decode: 40 } } });
    expect(estimateIteration(slowHost, prefill(8), 1410).bound).to.equal('overhead');
  });

  it('steps from batch 128 to 136 on the A100 card: past the captured size and the tile at once', () => {
    const at = (batch: number): number => iterationTime(device, decode(batch, 1), 1410).totalMs;
    expect(at(136) / at(128)).to.be.within(1.25, 1.6);
    expect(at(128) / at(120)).to.be.within(1, 1.05);
    expect(at(160) / at(136)).to.be.within(1, 1.05);
  });

  it('beyond the largest captured batch waits for the host at least as long as it takes to launch every kernel', () => {
    const { eagerLayerMs, hostMs } = ENGINE;
    const slowHost = deviceOf({ engine: { eagerLayerMs: 2 } });
    for (const clockMhz of [210, 1005, 1410]) {
      const [captured, eager] = [512, 513].map((batch) => iterationTime(device, decode(batch, 1), clockMhz));
      expect(eager!.totalMs).to.be.at.least(Math.max(captured!.totalMs, hostMs.decode + 32 * eagerLayerMs));
      expect(iterationTime(slowHost, decode(513, 1), clockMhz).totalMs).to.be.at.least(hostMs.decode + 64);
    }
  });

  it('runs the layers of a batch as those of the next captured size', () => {
    for (const [batch, captured] of [
      [3, 4],
      [33, 40],
      [129, 160],
      [500, 512],
    ] as const)
      expect(iterationTime(device, decode(batch, 100), 1005).gemmMs).to.equal(iterationTime(device, decode(captured, 100), 1005).gemmMs);
  });

  it('stays within the power limit, says so, and says at which clock it really runs', () => {
    const { latencyMs, powerW, appliedClockMhz, capped } = estimateIteration(device, prefill(8192), 1410);
    expect(iterationTime(device, prefill(8192), 1410).busyW).to.be.above(A100.power.limitW);
    expect({ capped, within: powerW <= A100.power.limitW }).to.deep.equal({ capped: true, within: true });
    expect(powerW).to.be.above(A100.power.limitW - 1);
    expect(appliedClockMhz).to.be.within(1200, 1395);
    expect(latencyMs).to.be.closeTo(iterationTime(device, prefill(8192), appliedClockMhz).totalMs, 1e-9);
  });

  it('runs at the clock asked for where the limit allows it', () => {
    expect(estimateIteration(device, decode(8, 1024), 1410)).to.include({ capped: false, appliedClockMhz: 1410 });
  });

  it('counts the energy of all GPUs and the power of one', () => {
    const pair = deviceOf({ tp: 2 });
    const { latencyMs, powerW, energyJ } = estimateIteration(pair, decode(32, 1024), 1005);
    expect(energyJ).to.be.closeTo((2 * powerW * latencyMs) / 1000, 1e-9);
  });
});
