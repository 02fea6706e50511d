import { expect } from 'chai';
import { LatencyOverTime } from '../../../src/statistics/latency-over-time.ts';

const close = (value: number | null, to: number): void => void expect(value! / to).to.be.within(0.87, 1.13);

describe('LatencyOverTime', () => {
  it('tells quantiles of each second to about a tenth, and null where nothing ended', () => {
    const latency = new LatencyOverTime(5000);
    for (let i = 1; i <= 100; i++) {
      latency.add(i, 1, 5000 + i);
      latency.add(10 * i, 1, 7999);
    }
    const [p50, p95] = [0.5, 0.95].map((p) => latency.quantiles([5000, 6000, 7000, 8000], p)) as [(number | null)[], (number | null)[]];
    close(p50[0]!, 50);
    close(p95[0]!, 95);
    expect([p50[1], p95[1]]).to.deep.equal([null, null]);
    close(p50[2]!, 500);
    close(p95[2]!, 950);
  });

  it('counts what came as often as it was told', () => {
    const latency = new LatencyOverTime(0);
    latency.add(10, 99, 0);
    latency.add(1000, 1, 0);
    close(latency.quantiles([0, 1000], 0.95)[0]!, 10);
    close(latency.quantiles([0, 1000], 1)[0]!, 1000);
  });

  it('doubles its steps instead of growing, and loses nothing by that', () => {
    const latency = new LatencyOverTime(0, 4);
    for (let second = 0; second < 16; second++) latency.add(second < 8 ? 10 : 100, 5, second * 1000);
    const parts = latency.quantiles([0, 4000, 8000, 12_000, 16_000], 0.5);
    parts.forEach((value, i) => close(value, i < 2 ? 10 : 100));
    close(latency.quantiles([0, 16_000], 0.75)[0]!, 100);
    close(latency.quantiles([0, 1000, 2000], 0.5)[0]!, 10);
  });

  it('keeps what came before its start, at its end, and beyond its buckets', () => {
    const latency = new LatencyOverTime(1000);
    latency.add(0, 1, 0);
    latency.add(1e9, 3, 2000);
    const [p0, p1] = [0.1, 1].map((p) => latency.quantiles([1000, 2000], p)[0]!) as [number, number];
    expect(p0).to.be.below(0.1);
    expect(p1).to.be.above(1e5);
    expect(latency.quantiles([], 0.5)).to.deep.equal([]);
  });
});
