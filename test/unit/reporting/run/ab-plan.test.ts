import { expect } from 'chai';
import { abPlan } from '../../../../src/reporting/run/ab-plan.ts';
import { abResult } from '../../../fixtures/bench-records.ts';

describe('the plan of an A/B test', () => {
  const { design, arms } = abResult;
  const planned = { names: arms, design, aaDesign: null, drainS: 0, notes: [] };

  it('counts the draining of each period, those of the A/A too', () => {
    const [plain, draining] = [abPlan(planned), abPlan({ ...planned, drainS: 30 })];
    const periods = design.order.length;
    expect(plain.document.seconds).to.equal(periods * (design.periodS + design.washoutS));
    expect(draining.document.seconds - plain.document.seconds).to.equal(30 * periods);
    expect(draining.document.drainS).to.equal(30);
    expect(draining.text).to.match(/takes +about 26 minutes, with about 30\.0 s of draining after each period/);
    const both = abPlan({ ...planned, aaDesign: design, drainS: 30 });
    expect(both.document.seconds).to.equal(2 * draining.document.seconds);
  });
});
