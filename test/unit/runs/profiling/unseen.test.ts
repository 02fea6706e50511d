import { expect } from 'chai';
import { reckoned, recorded } from '../../../../src/runs/profiling/unseen.ts';
import { measuredPoint } from '../../../fixtures/world/measured-point.ts';

const POINT = measuredPoint('decode')({ clockMhz: 1410, batch: 4, tokens: 512, why: '' });

describe('what nobody drives or counts', () => {
  it('is null where it is written, and only that', () => {
    expect(recorded(POINT, { clocks: true, power: true })).to.deep.equal(POINT);
    expect(recorded(POINT, { clocks: false, power: false })).to.deep.equal({
      ...POINT,
      clockMhz: null,
      requestedClockMhz: null,
      appliedClocks: [],
      powerW: null,
      energyJ: null,
    });
    expect(recorded(POINT, { clocks: true, power: false })).to.include({ clockMhz: POINT.clockMhz, powerW: null, energyJ: null });
  });

  it('can be reckoned with again after it was read back', () => {
    const back = reckoned(recorded(POINT, { clocks: false, power: false }));
    for (const figure of [back.clockMhz, back.requestedClockMhz, back.powerW, back.energyJ]) expect(figure).to.be.above(0);
    expect(back.latencyMs).to.equal(POINT.latencyMs);
    expect(reckoned(POINT)).to.deep.equal(POINT);
  });
});
