import { expect } from 'chai';
import fc from 'fast-check';
import { cheapest as cheapestOf, fastest, scanClocks, type ClockOption } from '../../../../src/governing/slo/scan.ts';

const clocksMhz = Array.from({ length: 81 }, (_, i) => 210 + 15 * i);
const option = (clockMhz: number, cost: number, feasible = true, latencyMs = 1e6 / clockMhz): ClockOption => ({
  clockMhz,
  cost,
  feasible,
  latencyMs,
});

/** Cost by clock; clocks below `fromMhz` miss the SLO. */
const scanned = (cost: (mhz: number) => number, { fromMhz = 0, stride = 16, currentMhz = 210 } = {}) =>
  scanClocks(clocksMhz, currentMhz, stride, (mhz) => option(mhz, cost(mhz), mhz >= fromMhz));

/** Without a price of transitions. */
const cheapest = (options: readonly ClockOption[]): ClockOption | null => cheapestOf(options, 0, 0);

describe('looking for the cheapest clock', () => {
  it('finds the bottom of a valley wherever it lies, with a quarter of the table', () => {
    fc.assert(
      fc.property(fc.constantFrom(...clocksMhz), (bestMhz) => {
        const options = scanned((mhz) => 100 + Math.abs(mhz - bestMhz));
        expect(cheapest(options)!.clockMhz).to.equal(bestMhz);
        expect(options.length).to.be.at.most(22);
      }),
    );
  });

  it('finds the lowest clock that keeps the SLO when slower ones would be cheaper', () => {
    fc.assert(
      fc.property(fc.constantFrom(...clocksMhz), (fromMhz) => {
        expect(cheapest(scanned((mhz) => mhz, { fromMhz }))!.clockMhz).to.equal(fromMhz);
      }),
    );
  });

  it('finds the edge of a step', () => {
    // Slower is cheaper, but below 800 MHz a batch step is crossed.
    expect(cheapest(scanned((mhz) => mhz + (mhz < 800 ? 1000 : 0)))!.clockMhz).to.equal(810);
  });

  it('tries the current clock and both ends, in order, and all with a stride of 1', () => {
    const tried = scanned((mhz) => mhz, { currentMhz: 855 }).map(({ clockMhz }) => clockMhz);
    expect(tried).to.include.members([210, 855, 1410]);
    expect(tried).to.deep.equal([...tried].sort((a, b) => a - b));
    expect(scanned((mhz) => mhz, { stride: 1 }).length).to.equal(clocksMhz.length);
  });

  it('works with one clock, and with one that is not of the table', () => {
    expect(scanClocks([900], 1200, 16, (mhz) => option(mhz, 1)).map(({ clockMhz }) => clockMhz)).to.deep.equal([900]);
  });

  it('never takes a cheap clock that misses the SLO, and the slowest of equals', () => {
    expect(cheapest([option(600, 10, false), option(900, 20), option(1200, 20)])!.clockMhz).to.equal(900);
    expect(cheapest([option(600, 10, false)])).to.equal(null);
  });

  it('stays at the clock in force unless another saves enough, and wherever it misses the SLO', () => {
    const options = [option(600, 100), option(900, 103)];
    expect(cheapestOf(options, 900, 0.04)!.clockMhz).to.equal(900);
    expect(cheapestOf(options, 900, 0.02)!.clockMhz).to.equal(600);
    expect(cheapestOf([option(600, 100), option(900, 50, false)], 900, 0.04)!.clockMhz).to.equal(600);
  });

  it('asks for no more than is useful when all miss: above a power limit clocks are equally fast', () => {
    expect(
      fastest([option(600, 1, false, 30), option(900, 1, false, 20), option(1200, 1, false, 20), option(1410, 1, false, 20)]).clockMhz,
    ).to.equal(900);
    expect(fastest([option(600, 1, false), option(900, 1, false)]).clockMhz).to.equal(900);
  });
});
