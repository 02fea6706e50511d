import { expect } from 'chai';
import { noPredictor } from '../../../../src/prediction/no-predictor.ts';
import { boundedClocks, checkFixedClocks, governorId, routingId, withLearning } from '../../../../src/runs/serving/fleet.ts';

const TABLE = [600, 615, 630];

describe('what a fleet is made of', () => {
  it('knows governors and routing policies by id, and suggests the nearest', () => {
    expect(governorId('slo')).to.equal('slo');
    expect(routingId('least-requests')).to.equal('least-requests');
    expect(() => governorId('fixt'))
      .to.throw('unknown governor "fixt"')
      .with.property('hint')
      .that.includes('Did you mean "fixed"?');
    expect(() => routingId('least-request'))
      .to.throw()
      .with.property('hint')
      .that.includes('"least-requests"');
    expect(() => governorId(''))
      .to.throw()
      .with.property('code', 'UNKNOWN_ID');
  });

  it('learns nothing about what nobody can predict', () => {
    expect(withLearning(noPredictor, 'decode')).to.deep.equal({ predictor: noPredictor });
    expect(withLearning(noPredictor, 'prefill').predictor).to.equal(noPredictor);
  });

  it('bounds clocks as the cluster file says', () => {
    expect(boundedClocks(TABLE)).to.deep.equal(TABLE);
    expect(boundedClocks(TABLE, { minClockMhz: 601, maxClockMhz: 629 })).to.deep.equal([615]);
    expect(() => boundedClocks(TABLE, { minClockMhz: 631 }))
      .to.throw('600..630 MHz')
      .with.property('code', 'CLOCK_OUTSIDE_CARD');
  });

  it('refuses a fixed clock that the GPU does not have, and names the nearest', () => {
    expect(() => checkFixedClocks({ prefill: 600, decode: 630 }, TABLE)).to.not.throw();
    expect(() => checkFixedClocks({ prefill: 600, decode: 625 }, TABLE))
      .to.throw('625 MHz for decode')
      .with.property('hint')
      .that.includes('630 MHz');
    expect(() => checkFixedClocks({ prefill: 1e6, decode: 600 }, TABLE))
      .to.throw('for prefill')
      .with.property('exitCode', 2);
  });
});
