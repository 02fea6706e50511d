import { expect } from 'chai';
import { noPredictor } from '../../../../src/prediction/no-predictor.ts';
import { clockTable } from '../../../../src/emulation/instance.ts';
import { boundedClocks, checkFixedClocks, fleetFor, governorId, routingId, withLearning } from '../../../../src/runs/serving/fleet.ts';
import { cluster, gpu, launched, shippedSpecs } from '../../../fixtures/world/shipped.ts';
import { worldOf } from '../../../fixtures/world/simulated-runs.ts';

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

  it('a tuned ladder is for governors that choose: the highest clock stays the one of the GPU', () => {
    const { specs, fitted } = worldOf(shippedSpecs(1));
    const tuned = { ...cluster, control: { ...cluster.control, tunables: { maxDecodeClockMhz: 1005 } } };
    const rest = { cluster: tuned, instances: specs.map(launched), fitted, fixedMhz: null, seed: 1, routing: 'least-requests' };
    const wantedMhz = (governor: string): number | undefined =>
      fleetFor({ ...rest, governor }, () => clockTable(gpu)).evaluate('d0', 60_000)?.clockMhz;
    expect(wantedMhz('max'), 'nothing to change').to.equal(undefined);
    expect(wantedMhz('slo')).to.be.at.most(1005);
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
