import { expect } from 'chai';
import { createRandom } from '../../../src/statistics/random.ts';
import { RateEstimate, RecentQuantile, SmoothedMean } from '../../../src/telemetry/rate.ts';

const MEMORY_MS = 5000;
const regular = (gapMs: number, count: number, startMs = 0): { rate: RateEstimate; lastMs: number } => {
  const rate = new RateEstimate(MEMORY_MS);
  for (let i = 0; i < count; i++) rate.add(startMs + i * gapMs);
  return { rate, lastMs: startMs + (count - 1) * gapMs };
};

describe('rate estimate', () => {
  it('is nothing before the first event, whatever the time', () => {
    expect(new RateEstimate(MEMORY_MS).perS(0)).to.equal(0);
    expect(new RateEstimate(MEMORY_MS).perS(1e9)).to.equal(0);
  });

  it('finds the rate of a regular stream, early and late, wherever its clock begins', () => {
    for (const startMs of [0, 1e7]) {
      for (const count of [30, 1000]) {
        const { rate, lastMs } = regular(125, count, startMs);
        expect(rate.perS(lastMs)).to.be.closeTo(8, 0.4);
      }
    }
  });

  it('finds the rate of a Poisson stream on average', () => {
    const [rate, random] = [new RateEstimate(MEMORY_MS), createRandom(3)];
    let nowMs = 0;
    let sum = 0;
    for (let i = 0; i < 5000; i++) {
      nowMs -= 125 * Math.log(1 - random.next());
      rate.add(nowMs);
      if (i >= 100) sum += rate.perS(nowMs);
    }
    expect(sum / 4900).to.be.closeTo(8, 0.6);
  });

  it('takes the first few events for little: two in one instant are no rate of thousands', () => {
    const { rate } = regular(0, 2);
    expect(rate.perS(0)).to.be.below(1.1);
  });

  it('follows a change of rate within about its memory', () => {
    const { rate, lastMs } = regular(125, 400);
    for (let i = 1; i <= 4 * 15; i++) rate.add(lastMs + i * 250);
    expect(rate.perS(lastMs + 15_000)).to.be.closeTo(4, 0.5);
  });

  it('notices silence long before its memory has faded', () => {
    const { rate, lastMs } = regular(125, 400);
    // Three gaps of silence may be chance; after one second without any of 8 a second, at most 3 a second remain.
    expect(rate.perS(lastMs + 375)).to.be.above(7);
    expect(rate.perS(lastMs + 1000)).to.be.at.most(3);
    expect(rate.perS(lastMs + 3000)).to.be.at.most(1);
    expect(rate.perS(lastMs + 60_000)).to.be.below(0.01);
  });
});

describe('smoothed mean', () => {
  it('is null before the first value, exact at first, and then forgets by count', () => {
    const mean = new SmoothedMean(4);
    expect(mean.value).to.equal(null);
    for (const value of [10, 20, 30]) mean.add(value);
    expect(mean.value).to.be.closeTo(20, 1e-9);
    for (let i = 0; i < 60; i++) mean.add(100);
    expect(mean.value).to.be.closeTo(100, 0.01);
  });
});

describe('recent quantile', () => {
  it('falls back before the first value, and looks at the newest only', () => {
    const recent = new RecentQuantile(3);
    expect(recent.quantile(0.95, 7)).to.equal(7);
    for (const value of [1000, 1, 2, 3]) recent.add(value);
    expect(recent.quantile(0.95, 7)).to.equal(3);
    expect(recent.quantile(0.5, 7)).to.equal(2);
    expect(recent.quantile(0, 7)).to.equal(1);
  });
});
