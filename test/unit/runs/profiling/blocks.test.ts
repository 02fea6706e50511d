import { expect } from 'chai';
import { ci95Pct, stableFrom, takeSeries, type Block } from '../../../../src/runs/profiling/blocks.ts';
import { THOROUGH } from '../../../../src/runs/profiling/settings.ts';
import { drawNormal } from '../../../../src/statistics/draws.ts';
import { createRandom } from '../../../../src/statistics/random.ts';

const block = (latencyMs: number, over: Partial<Block> = {}): Block => ({
  durationMs: 100,
  latencyMs,
  iterations: 10,
  powerW: 100,
  sampledW: 100,
  clock: {} as Block['clock'],
  contextTokens: null,
  whole: true,
  lateMs: 0,
  queued: false,
  ...over,
});

const taking = (latencies: readonly number[] | ((i: number) => number)) => {
  let taken = 0;
  const take = async (): Promise<Block> => {
    const i = taken++;
    return block(typeof latencies === 'function' ? latencies(i) : latencies[Math.min(i, latencies.length - 1)]!);
  };
  return { take, taken: () => taken };
};

describe('stability of the latency', () => {
  const wanted = { readings: 3, tolerancePct: 3 };

  it('is successive readings close together: the ones before do not count', () => {
    expect(stableFrom([50, 30, 20, 20.1, 19.9], wanted)).to.equal(2);
    expect(stableFrom([50, 30, 20, 20.1], wanted)).to.equal(null);
    expect(stableFrom([20, 20], wanted)).to.equal(null);
  });
});

describe('the interval of a latency', () => {
  it('covers the truth in about 95 of 100 series of normal readings', () => {
    const random = createRandom(9);
    let covered = 0;
    for (let i = 0; i < 1000; i++) {
      const values = Array.from({ length: 12 }, () => drawNormal(random, 10, 0.2));
      const sorted = [...values].sort((a, b) => a - b);
      const middle = (sorted[5]! + sorted[6]!) / 2;
      if (Math.abs(middle - 10) <= (ci95Pct(values)! / 100) * middle) covered += 1;
    }
    expect(covered).to.be.within(880, 990);
  });

  it('does not take a steady rise for noise, nor a few outliers', () => {
    const rising = Array.from({ length: 30 }, (_, i) => 10 + i / 100);
    expect(ci95Pct(rising)).to.be.below(0.001);
    const outliers = Array.from({ length: 30 }, (_, i) => (i % 10 === 0 ? 50 : 10 + (i % 3) / 100));
    expect(ci95Pct(outliers)).to.be.below(0.1);
  });

  it('is unknown for fewer than three readings', () => {
    expect(ci95Pct([10, 11])).to.equal(null);
  });
});

describe('a series of blocks', () => {
  it('ends as soon as the latency is known well enough and the power sensor has had its time', async () => {
    const source = taking(() => 10);
    const series = await takeSeries(source.take, { ...THOROUGH, minMs: 1000 });
    expect(source.taken()).to.equal(10);
    expect(series).to.deep.include({ stable: true });
  });

  it('leaves out what came before the latency was stable', async () => {
    const { blocks } = await takeSeries(taking([40, 30, 20, 10]).take, { ...THOROUGH, minMs: 500 });
    expect(blocks.map(({ latencyMs }) => latencyMs)).to.deep.equal([10, 10, 10, 10, 10]);
  });

  it('ends also when it never is, and says so', async () => {
    const source = taking((i) => 10 * 1.1 ** i);
    const series = await takeSeries(source.take, { ...THOROUGH, limitMs: 3000 });
    expect(source.taken()).to.equal(30);
    expect(series.stable).to.equal(false);
    expect(series.blocks).to.have.length(30);
  });

  it('ends when a noisy latency is not known well enough by then, with what is known', async () => {
    const random = createRandom(2);
    const series = await takeSeries(taking(() => drawNormal(random, 10, 0.05)).take, { ...THOROUGH, precisionPct: 0.0001, limitMs: 2000 });
    expect(series.stable).to.equal(true);
    expect(series.blocks.length).to.be.within(10, 20);
  });
});
