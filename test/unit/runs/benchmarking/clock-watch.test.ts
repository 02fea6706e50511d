import { expect } from 'chai';
import { clockReasons } from '../../../../src/runs/benchmarking/clock-watch.ts';
import type { MeterLook } from '../../../../src/runs/benchmarking/meter-reader.ts';

/** A hundred readings, some of them otherwise. */
const looks = (otherwise: (i: number) => Partial<MeterLook>, instance = 'd0'): MeterLook[] =>
  Array.from({ length: 100 }, (_, i) => ({
    instance,
    role: 'decode' as const,
    atMs: 200 * i,
    energyJ: i,
    powerW: 100,
    appliedMhz: 1005,
    lockedMhz: 1005,
    limitedBy: null,
    ...otherwise(i),
  }));
const first =
  (count: number, change: Partial<MeterLook>) =>
  (i: number): Partial<MeterLook> =>
    i < count ? change : {};

describe('clocks that make a run not valid', () => {
  it('are hot ones, and ones that somebody else moved', () => {
    expect(clockReasons(looks(first(20, { limitedBy: 'thermal', appliedMhz: 800 })))).to.deep.equal([
      'd0 slowed down for heat in 20 % of all readings: cool it, then measure again',
    ]);
    const [moved] = clockReasons(looks(first(30, { appliedMhz: 900 })));
    expect(moved).to.match(/^The clock of d0 was not the one locked in 29 % of all readings: something else sets it$/);
  });

  it('are not those under a power cap, free ones, or within a step of the lock', () => {
    expect(clockReasons(looks(() => ({ limitedBy: 'power', appliedMhz: 700 })))).to.deep.equal([]);
    expect(clockReasons(looks(() => ({ lockedMhz: null, appliedMhz: 1410 })))).to.deep.equal([]);
    expect(clockReasons(looks(() => ({ appliedMhz: 990 })))).to.deep.equal([]);
  });

  it('are not single readings, nor those of a lock that was just set', () => {
    expect(clockReasons(looks(first(5, { limitedBy: 'thermal' })))).to.deep.equal([]);
    expect(clockReasons(looks((i) => ({ lockedMhz: i % 2 === 0 ? 1410 : 600, appliedMhz: i % 2 === 0 ? 600 : 1410 })))).to.deep.equal([]);
    expect(clockReasons([])).to.deep.equal([]);
  });

  it('tell each instance apart', () => {
    const reasons = clockReasons([...looks(() => ({})), ...looks(() => ({ limitedBy: 'thermal' }), 'p0')]);
    expect(reasons).to.deep.equal(['p0 slowed down for heat in 100 % of all readings: cool it, then measure again']);
  });
});
