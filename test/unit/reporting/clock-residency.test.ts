import { expect } from 'chai';
import { residencyText, roleResidency } from '../../../src/reporting/clock-residency.ts';
import { baselineRun, candidateRun } from '../../fixtures/run-records.ts';

describe('clock residency of a role', () => {
  it('averages the instances of the role and sums to one', () => {
    const decode = roleResidency(candidateRun(), 'decode');
    expect(decode.map(([mhz]) => mhz)).to.deep.equal([1005, 1200]);
    expect(decode.reduce((sum, [, fraction]) => sum + fraction, 0)).to.be.closeTo(1, 1e-9);
  });

  it('shows four clocks and sums up the others', () => {
    const run = baselineRun();
    const fractions = [0.4, 0.3, 0.15, 0.1, 0.047, 0.003];
    const residency = fractions.map((fraction, i) => ({ instance: 'decode-0', mhz: 1000 + i, fraction: fraction * 2 }));
    expect(residencyText({ ...run, clocks: { ...run.clocks, residency } }, 'decode')).to.equal(
      '1000 MHz 40 %, 1001 MHz 30 %, 1002 MHz 15 %, 1003 MHz 10 %, 2 others 5 %',
    );
  });

  it('is not available without a meter', () => {
    expect(residencyText(baselineRun({ samples: null }), 'decode')).to.equal('n/a');
  });
});
