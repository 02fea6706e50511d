import { expect } from 'chai';
import { PowerCorrection } from '../../../../src/prediction/adaptive/power-correction.ts';

const RANGE = [400, 1400] as const;
const IDLE_W = 60;

/** Readings of a second each, of work that was predicted to add 150 W, at these clocks in turn. */
const shown = (clocksMhz: readonly number[], measuredW: (clockMhz: number) => number, count = 80, fromMs = 0): PowerCorrection => {
  const correction = new PowerCorrection(RANGE);
  show(correction, clocksMhz, measuredW, count, fromMs);
  return correction;
};

function show(
  correction: PowerCorrection,
  clocksMhz: readonly number[],
  measuredW: (mhz: number) => number,
  count: number,
  fromMs: number,
) {
  for (let i = 0; i < count; i++) {
    const clockMhz = clocksMhz[i % clocksMhz.length]!;
    const reading = { expected: [{ clockMhz, idle: IDLE_W, above: 150 }], measured: measuredW(clockMhz), atMs: fromMs + 1000 * i };
    expect(correction.observe(reading)).to.equal(true);
  }
}

const powerW = (correction: PowerCorrection, clockMhz: number): number =>
  IDLE_W * correction.idleFactor(clockMhz) + 150 * correction.busyFactor(clockMhz);

describe('a correction of power', () => {
  it('is none before the first reading', () => {
    const correction = new PowerCorrection(RANGE);
    for (const clockMhz of [300, 400, 777, 1400, 1500]) expect(powerW(correction, clockMhz)).to.equal(210);
  });

  it('learns a scale of 10 % either way within 20 readings, where it was read', () => {
    for (const scale of [0.9, 1.1])
      expect(
        powerW(
          shown([700], () => 210 * scale, 20),
          700,
        ) / 210,
      ).to.be.closeTo(scale, 0.025);
  });

  it('learns a curve: more at low clocks, less at high ones', () => {
    const truth = (clockMhz: number): number => 210 * (1.2 - (0.4 * (clockMhz - 400)) / 1000);
    const correction = shown([400, 700, 900, 1100, 1400], truth);
    for (const clockMhz of [400, 650, 900, 1100, 1400]) expect(powerW(correction, clockMhz) / truth(clockMhz)).to.be.closeTo(1, 0.03);
  });

  it('tells idle power from what work adds', () => {
    const correction = new PowerCorrection(RANGE);
    for (let i = 0; i < 100; i++) {
      const above = i % 2 === 0 ? 0 : 150;
      correction.observe({ expected: [{ clockMhz: 800, idle: IDLE_W, above }], measured: 1.15 * IDLE_W + above, atMs: 1000 * i });
    }
    expect(correction.idleFactor(800)).to.be.closeTo(1.15, 0.04);
    expect(correction.busyFactor(800)).to.be.closeTo(1, 0.03);
  });

  it('changes nothing for a profile that is right, however noisy its meter', () => {
    const quiet = shown([700, 1100], () => 210);
    for (const clockMhz of [400, 700, 1100, 1400]) expect(powerW(quiet, clockMhz)).to.equal(210);
    let reading = 0;
    const correction = shown([700, 1100], () => 210 * (Math.floor(reading++ / 2) % 2 === 0 ? 1.02 : 0.98));
    for (const clockMhz of [700, 1100]) expect(powerW(correction, clockMhz) / 210).to.be.closeTo(1, 0.01);
  });

  it('hopes for what was never read only where it was found wrong', () => {
    expect(shown([700], () => 210).busyFactor(1400)).to.equal(1);
    const wrong = shown([700], () => 250);
    expect(wrong.busyFactor(1400)).to.be.below(wrong.busyFactor(700));
  });

  it('is not moved by single readings of five times as much, and follows a change that stays', () => {
    const clean = shown([800], () => 210);
    const dirty = new PowerCorrection(RANGE);
    for (let i = 0; i < 8; i++) {
      show(dirty, [800], () => 210, 9, 10_000 * i);
      dirty.observe({ expected: [{ clockMhz: 800, idle: IDLE_W, above: 150 }], measured: 1050, atMs: 10_000 * i + 9500 });
    }
    expect(powerW(dirty, 800)).to.be.closeTo(powerW(clean, 800), 1);
    show(dirty, [800], () => 300, 40, 100_000);
    expect(powerW(dirty, 800) / 300).to.be.closeTo(1, 0.05);
  });

  it('moves by no more than 5 % at once', () => {
    const correction = new PowerCorrection(RANGE);
    correction.observe({ expected: [{ clockMhz: 800, idle: IDLE_W, above: 150 }], measured: 230, atMs: 0 });
    expect(powerW(correction, 800) / 210).to.be.within(0.95, 1.052);
  });

  it('stays between half and twice, and says so of what lies beyond', () => {
    for (const scale of [5, 2.5, 0.4, 0.1]) {
      const correction = shown([600, 1000], () => 210 * scale, 300);
      for (const clockMhz of [400, 600, 1000, 1400]) {
        expect(correction.busyFactor(clockMhz)).to.be.within(0.5 - 1e-9, 2 + 1e-9);
        expect(correction.idleFactor(clockMhz)).to.be.within(0.5 - 1e-9, 2 + 1e-9);
      }
      expect(correction.doubt).to.match(/times the predicted power/);
      show(correction, [600, 1000], () => 210, 12, 400_000);
      expect(correction.doubt).to.equal(null);
    }
  });

  it('ignores what is no reading', () => {
    const correction = new PowerCorrection(RANGE);
    const expected = [{ clockMhz: 800, idle: IDLE_W, above: 150 }];
    for (const measured of [NaN, 0, -5, Infinity]) expect(correction.observe({ expected, measured, atMs: 0 })).to.equal(false);
    for (const bad of [
      [],
      [{ clockMhz: 800, idle: NaN, above: 1 }],
      [{ clockMhz: 0, idle: 1, above: 1 }],
      [{ clockMhz: 8, idle: 0, above: 0 }],
    ])
      expect(correction.observe({ expected: bad, measured: 100, atMs: 0 })).to.equal(false);
    expect(correction.accepted).to.equal(0);
  });
});
