import { expect } from 'chai';
import fc from 'fast-check';
import { dvfsTable, loadGrid, type DvfsQuestion } from '../../../../src/prediction/fit/dvfs.ts';
import type { IterationLoad, Predictor } from '../../../../src/prediction/predictor.ts';

const CLOCKS = [600, 800, 1000, 1200, 1400];
const predictorOf = (latencyMs: (load: IterationLoad, mhz: number) => number, powerW: (mhz: number) => number): Predictor => ({
  clockRangeMhz: [600, 1400],
  evidence: 'emulated',
  predict: (load, mhz) => ({ latencyMs: latencyMs(load, mhz), powerW: powerW(mhz), idleW: 50, errorPct: null, inRange: true }),
});
const tableOf = (over: Partial<DvfsQuestion> = {}) =>
  dvfsTable({
    phase: 'decode',
    predictor: predictorOf(
      ({ batch }, mhz) => (1400 / mhz) * (10 + 0.1 * batch),
      (mhz) => 100 + 200 * (mhz / 1400) ** 3,
    ),
    clocksMhz: CLOCKS,
    tokensEach: 1000,
    mostBatch: 100,
    slosMs: [11, 20, 1000],
    ...over,
  });

describe('DVFS tables', () => {
  it('are of a grid of round token rates, closer where the load is light, up to what the instance sustains', () => {
    expect(loadGrid(5000)).to.deep.equal([62.5, 125, 250, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000]);
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (most) => {
        const rates = loadGrid(most);
        expect(rates).to.deep.equal([...new Set(rates)].sort((a, b) => a - b));
        expect(rates.at(-1)).to.equal(most);
        expect(rates[0]! / most).to.be.within(0.005, 0.02);
        expect(rates.length).to.be.within(9, 21);
      }),
    );
    expect(tableOf().at(-1)!.tokensPerS).to.be.closeTo(5000, 1e-9);
  });

  it('have the stationary batch of each load: the smallest that keeps up, B = rate * t(B, f)', () => {
    for (const { tokensPerS, batch, clockMhz, latencyMs } of tableOf()) {
      const timeMs = (of: number): number => (1400 / clockMhz) * (10 + 0.1 * of);
      expect((1000 * batch) / timeMs(batch)).to.be.at.least(tokensPerS - 1e-9);
      if (batch > 1) expect((1000 * (batch - 1)) / timeMs(batch - 1)).to.be.below(tokensPerS);
      expect(latencyMs).to.be.closeTo(timeMs(batch), 1e-9);
    }
  });

  it('choose the clock of least power at the load: low ones where they keep up, higher ones as the load grows', () => {
    const rows = tableOf();
    expect(rows[0]!.clockMhz).to.equal(600);
    const clocks = rows.map(({ clockMhz }) => clockMhz);
    expect(clocks).to.deep.equal(clocks.toSorted((a, b) => a - b));
    expect(clocks.at(-1)).to.be.above(1000);
    for (const { tokensPerS, powerW, energyPerTokenJ, savedPct } of rows) {
      expect(energyPerTokenJ).to.be.closeTo(powerW / tokensPerS, 1e-12);
      expect(savedPct).to.be.at.least(0);
    }
  });

  it('count the idle time of an instance with less than one request', () => {
    // One iteration takes 10 ms at any clock, and the load fills 1.25 % of the time.
    const [row] = tableOf({
      mostBatch: 1,
      predictor: predictorOf(
        () => 10,
        (mhz) => 100 + mhz / 10,
      ),
    });
    expect(row!.tokensPerS).to.be.closeTo(1.25, 1e-9);
    expect(row!.clockMhz).to.equal(600);
    expect(row!.powerW).to.be.closeTo(0.0125 * 160 + 0.9875 * 50, 1e-9);
    expect(row!.sensitivityPct).to.be.closeTo((100 * (0.0125 * 20)) / 51.375, 1e-9);
  });

  it('find the lowest clock that meets each latency, and none where none does', () => {
    const rows = tableOf({ slosMs: [5, 20, 1000] });
    for (const { lowestMhz } of rows) {
      expect(lowestMhz[0]).to.deep.equal({ sloMs: 5, clockMhz: null });
      expect(lowestMhz[1]!.clockMhz).to.be.at.least(lowestMhz[2]!.clockMhz!);
    }
    expect(rows[0]!.lowestMhz[2]!.clockMhz).to.equal(600);
  });

  it('know the steps: a slow clock that settles on the far side of one pays for it', () => {
    // Beyond 8 requests an iteration takes twice as long; at 600 MHz the load does not fit below the step.
    const stairs = predictorOf(
      ({ batch }, mhz) => (1400 / mhz) * (batch > 8 ? 30 : 10),
      (mhz) => (mhz > 1000 ? 220 : 200),
    );
    const row = tableOf({ predictor: stairs, mostBatch: 32 })[6]!;
    const rate = row.tokensPerS;
    expect(rate).to.equal(400);
    expect(row.clockMhz).to.be.below(1400);
    const settles = (mhz: number): number =>
      [...Array(32).keys()].map((i) => i + 1).find((b) => (1000 * b) / ((1400 / mhz) * (b > 8 ? 30 : 10)) >= rate)!;
    expect(row.batch).to.equal(settles(row.clockMhz));
  });

  it('are in prompt tokens for prefill', () => {
    const rows = tableOf({
      phase: 'prefill',
      mostBatch: 4,
      predictor: predictorOf(
        ({ tokens }, mhz) => (1400 / mhz) * (5 + 0.05 * tokens),
        (mhz) => 100 + 200 * (mhz / 1400) ** 3,
      ),
    });
    expect(rows.at(-1)!.tokensPerS).to.be.closeTo((4000 * 1000) / 205, 1e-6);
    for (const { batch } of rows) expect(batch).to.be.within(1, 4);
  });

  it('leave out a clock that cannot keep up with a load at all', () => {
    for (const { tokensPerS, clockMhz } of tableOf()) expect((1000 * 100) / ((1400 / clockMhz) * 20)).to.be.at.least(tokensPerS - 1e-9);
  });
});
