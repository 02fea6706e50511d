import { expect } from 'chai';
import { meterReasons } from '../../../../src/runs/benchmarking/clock-watch.ts';
import type { MeterLook } from '../../../../src/runs/benchmarking/meter-reader.ts';

/** Twenty seconds of a meter at 300 W, read five times a second. @param counterJ what its counter shows after so many ms */
const looks = (counterJ: (atMs: number) => number): MeterLook[] =>
  Array.from({ length: 101 }, (_, i) => ({
    instance: 'd0',
    role: 'decode' as const,
    atMs: 200 * i,
    energyJ: counterJ(200 * i),
    powerW: 300,
    appliedMhz: 1005,
    lockedMhz: null,
    limitedBy: null,
  }));

describe('a meter that cannot be believed', () => {
  it('is none whose counter and power agree, as far as sensors do', () => {
    expect(meterReasons(looks((ms) => 0.3 * ms))).to.deep.equal([]);
    expect(meterReasons(looks((ms) => 0.26 * ms))).to.deep.equal([]);
  });

  it('is one whose counter stands still, or jumps', () => {
    expect(meterReasons(looks(() => 1000))).to.deep.equal([
      'The meter of d0 disagrees with itself: its counter says 0 J, its power sums up to 6000 J',
    ]);
    expect(meterReasons(looks((ms) => 0.3 * ms + (ms > 7000 ? 1e6 : 0)))).to.have.length(1);
  });

  it('is judged over seconds, and one that was reset is found as that', () => {
    expect(meterReasons(looks(() => 1000).slice(0, 20))).to.deep.equal([]);
    expect(meterReasons(looks((ms) => (ms < 10_000 ? 5000 + 0.3 * ms : 0.3 * (ms - 10_000))))).to.deep.equal([]);
  });
});
