import { expect } from 'chai';
import { renderEstimate } from '../../../src/reporting/estimate.ts';

const point = {
  clockMhz: 1005,
  latencyMs: 20,
  powerW: 200,
  energyJ: 4,
  appliedClockMhz: null,
  capped: null,
  bound: null,
  inRange: true,
  evidence: 'measured',
};

describe('an estimate for people', () => {
  it('tells how far off a fit may be, and calls no error nothing', () => {
    const text = renderEstimate([{ ...point, errorPct: { latency: 2.04, power: 0.01 } }], 'what was measured');
    expect(text).to.match(/95 % within \+-2\.0 % latency, < 0\.1 % power;/);
  });
});
