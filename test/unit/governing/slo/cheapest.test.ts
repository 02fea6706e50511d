import { expect } from 'chai';
import { chooseCheapest, type ClockOption } from '../../../../src/governing/slo/cheapest.ts';
import { SLO_TUNABLES } from '../../../../src/governing/slo/tunables.ts';

const tunables = { ...SLO_TUNABLES, latencyWorth: 0.02, minSaving: 0.02, keepWithin: 0.15 };
const option = (clockMhz: number, costW: number, feasible = true): ClockOption => ({ clockMhz, costW, feasible });
const choose = (options: readonly ClockOption[], currentMhz = 0) => chooseCheapest(options, currentMhz, tunables, 'why');

describe('choosing the cheapest clock', () => {
  it('takes the highest when no clock keeps the SLO, and says so', () => {
    const choice = choose([option(600, 10, false), option(900, 20, false), option(1200, 30, false)], 600);
    expect(choice.clockMhz).to.equal(1200);
    expect(choice.reason).to.include('no clock keeps the SLO');
  });

  it('never takes a cheap clock that misses the SLO', () => {
    expect(choose([option(600, 10, false), option(900, 20), option(1200, 30)]).clockMhz).to.equal(900);
  });

  it('takes the fastest of the nearly equal', () => {
    expect(choose([option(600, 101.9), option(900, 100), option(1050, 101.9), option(1200, 102.1)]).clockMhz).to.equal(1050);
  });

  it('keeps the current clock while it costs hardly more', () => {
    expect(choose([option(600, 100), option(700, 103.9), option(1200, 130)], 700)).to.deep.equal({ clockMhz: 700, reason: 'why: keep' });
    expect(choose([option(600, 100), option(700, 104.1), option(1200, 130)], 700)).to.deep.equal({ clockMhz: 600, reason: 'why' });
  });

  it('leaves a current clock that misses the SLO', () => {
    expect(choose([option(600, 100, false), option(690, 101), option(1200, 130)], 600).clockMhz).to.equal(690);
  });

  it('leaves a current clock when a much faster one costs no more', () => {
    expect(choose([option(600, 100), option(690, 101), option(1200, 130)], 600).clockMhz).to.equal(600);
    expect(choose([option(600, 100), option(691, 101), option(1200, 130)], 600).clockMhz).to.equal(691);
  });
});
